import type { Annotation, Figure, Shape } from '../plotly';
import { colours, hiddenAxis, themed } from '../theme';

interface Box {
  readonly text: string;
  /** Left, right, bottom and top edges. */
  readonly at: readonly [x0: number, x1: number, y0: number, y1: number];
  readonly colour: string;
  /** Hover text. */
  readonly hover: string;
}

const teacherHover =
  'sees all patches of its view (the whole clip, or a local view); gets no gradient: its weights follow the student slowly (EMA)';
const studentHover = 'sees 15 to 20 % of the patches, and learns by gradient';
const decoderHover = 'reconstructs the removed patches from the visible ones: L_ae';
const headHover = 'mean of the patch tokens, then three layers to a distribution over many outputs';

const boxes: readonly Box[] = [
  {
    text: '<b>video</b><br>frames',
    at: [0, 13, 62, 84],
    colour: colours.video,
    hover: 'frames of the clip, cut into small cuboids',
  },
  {
    text: '<b>sound</b><br>log-mel',
    at: [0, 13, 16, 38],
    colour: colours.audio,
    hover: 'the same seconds as a log-mel spectrogram, cut into tiles',
  },
  { text: '<b>video teacher</b>', at: [25, 45, 86, 98], colour: colours.video, hover: teacherHover },
  { text: '<b>video student</b>', at: [25, 45, 62, 74], colour: colours.video, hover: studentHover },
  { text: 'decoder', at: [28, 42, 52, 58], colour: colours.video, hover: decoderHover },
  { text: 'decoder', at: [28, 42, 42, 48], colour: colours.audio, hover: decoderHover },
  { text: '<b>audio student</b>', at: [25, 45, 26, 38], colour: colours.audio, hover: studentHover },
  { text: '<b>audio teacher</b>', at: [25, 45, 2, 14], colour: colours.audio, hover: teacherHover },
  { text: 'head', at: [60, 70, 87, 97], colour: colours.video, hover: headHover },
  { text: 'head', at: [60, 70, 63, 73], colour: colours.video, hover: headHover },
  { text: 'head', at: [60, 70, 27, 37], colour: colours.audio, hover: headHover },
  { text: 'head', at: [60, 70, 3, 13], colour: colours.audio, hover: headHover },
];

const alt =
  'Diagram of XKD: video and sound each have a teacher, which sees the whole clip, and a student, which sees a masked one, all followed by a head. Students reconstruct what is masked (L_ae), outputs of video and sound are aligned (L_da), each teacher’s distribution, refined by attention, is distilled into the other modality’s student (L_kd), and teachers follow their students by EMA.';

/** Data-flow diagram of the method: four towers, three losses. */
export function methodFigure(): Figure {
  return themed(
    [
      {
        type: 'scatter',
        mode: 'markers',
        x: boxes.map(({ at }) => (at[0] + at[1]) / 2),
        y: boxes.map(({ at }) => (at[2] + at[3]) / 2),
        text: boxes.map(({ hover }) => hover),
        marker: { size: 34, opacity: 0 },
        hovertemplate: '%{text}<extra></extra>',
      },
    ],
    {
      alt,
      width: 860,
      height: 460,
      margin: { l: 8, r: 8, t: 8, b: 8 },
      showlegend: false,
      dragmode: false,
      xaxis: { ...hiddenAxis, range: [-1, 101] },
      yaxis: { ...hiddenAxis, range: [0, 100] },
      shapes: [...boxes.map(frame), ...distillationPaths],
      annotations: [...boxes.map(caption), ...arrows, ...labels],
    },
  );
}

const bothEnds = { arrowside: 'end+start', startarrowhead: 2 } as const;

const arrows: readonly Annotation[] = [
  arrow([13, 78], [25, 91], colours.text),
  arrow([13, 72], [25, 68], colours.text),
  arrow([13, 28], [25, 32], colours.text),
  arrow([13, 22], [25, 9], colours.text),
  arrow([35, 62], [35, 58], colours.video),
  arrow([35, 38], [35, 42], colours.audio),
  arrow([45, 92], [60, 92], colours.video),
  arrow([45, 68], [60, 68], colours.video),
  arrow([45, 32], [60, 32], colours.audio),
  arrow([45, 8], [60, 8], colours.audio),
  arrow([28, 74], [28, 86], colours.teacher),
  arrow([28, 26], [28, 14], colours.teacher),
  { ...arrow([65, 37], [65, 63], colours.good), ...bothEnds },
  { ...arrow([52, 9], [52, 91], colours.teacher), ...bothEnds },
  arrow([80, 32], [70, 32], colours.bad),
  arrow([87, 68], [70, 68], colours.bad),
];

const labels: readonly Annotation[] = [
  note('whole', 18, 88),
  note('masked', 19, 66),
  note('masked', 19, 34),
  note('whole', 18, 12),
  note('EMA', 32, 80, colours.teacher),
  note('EMA', 32, 20, colours.teacher),
  note('reconstruct<br><b>L<sub>ae</sub></b>', 20, 50),
  { ...note('refine by<br>attention', 52.6, 50, colours.teacher), xanchor: 'left' },
  note('align <b>L<sub>da</sub></b>', 71, 50, colours.good),
  note('distil<br>across<br><b>L<sub>kd</sub></b>', 94, 50, colours.bad),
];

/** Each teacher's distribution is the target of the other modality's student. */
const distillationPaths: readonly Shape[] = [
  route('M 70,92 L 80,92 L 80,32'),
  route('M 70,8 L 87,8 L 87,68'),
];

function frame({ at: [x0, x1, y0, y1], colour }: Box): Shape {
  return { type: 'rect', x0, x1, y0, y1, line: { color: colour, width: 1.5 }, fillcolor: `${colour}1f` };
}

function caption({ text, at: [x0, x1, y0, y1], hover }: Box): Annotation {
  return { text, x: (x0 + x1) / 2, y: (y0 + y1) / 2, showarrow: false, font: { size: 13 }, hovertext: hover };
}

function note(text: string, x: number, y: number, colour: string = colours.text): Annotation {
  return { text, x, y, showarrow: false, font: { size: 12, color: colour } };
}

function arrow(from: readonly [number, number], to: readonly [number, number], colour: string): Annotation {
  const [ax, ay] = from;
  const [x, y] = to;
  const head = { showarrow: true, arrowhead: 2, arrowwidth: 1.5, arrowcolor: colour };
  return { text: '', x, y, ax, ay, xref: 'x', yref: 'y', axref: 'x', ayref: 'y', ...head };
}

function route(path: string): Shape {
  return { type: 'path', path, xref: 'x', yref: 'y', line: { color: colours.bad, width: 1.5 } };
}
