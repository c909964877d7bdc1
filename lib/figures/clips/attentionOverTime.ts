import { type XkdConfig, fullGrid } from '../../config';
import type { TeacherAttention } from '../../inspection/attentionView';
import { encodePicture, viewPictures, type Picture } from '../picture';
import type { Figure, HeatmapTrace, LayoutImage, Shape } from '../plotly';
import { packed } from '../packed';
import type { SingleClip } from '../../inspection/singleClips';
import type { WholeClip } from '../../inspection/slidingWindows';
import { buttonRow, colours, glowScale, hiddenAxis, sliderBelow, themed } from '../theme';
import { momentsText, namesText, numberText } from '../charts/altText';
import { bandAxis, secondsOf, spectrogramTrace } from './spectrogram';
import { eventLines } from './waveform';

export interface AttentionOverTimeArgs {
  readonly config: XkdConfig;
  readonly whole: WholeClip;
  /** Windows of the same file, each one frame later than the previous one. */
  readonly windows: readonly SingleClip[];
  /** Attention of each network in each window; one button per network. */
  readonly networks: readonly { readonly name: string; readonly attention: readonly TeacherAttention[] }[];
  /** Times to mark [s]. */
  readonly events?: readonly number[];
  readonly title?: string;
  /** Initial frame of the slider. */
  readonly active?: number;
}

const stages = ['before', 'after'] as const;
const rowsOf = [
  [0.54, 1],
  [0, 0.46],
] as const;

/**
 * The frame at a chosen time and the spectrogram of its file, highlighted where the teachers attend in the
 * window around that time: above before refinement, below after it. A slider moves the time; buttons switch
 * the network.
 */
export function attentionOverTimeFigure(args: AttentionOverTimeArgs): Figure {
  const { config, whole, networks, events = [], title, active = 0 } = args;
  const { framesPerSecond } = config.clip;
  const moments = momentsOf(args);
  const heard = { values: whole.clip.audio.data, config: whole.config };
  const end = secondsOf(heard);
  const sound = {
    ...spectrogramTrace(heard),
    colorscale: 'Greys',
    showscale: false,
  };
  const [, down, across] = fullGrid(config, 'video');
  const frameAxes = (n: '' | 3, domain: readonly [number, number]) => ({
    [`xaxis${n}`]: { ...hiddenAxis, domain: [0, 0.18], range: [0, across], anchor: `y${n}` },
    [`yaxis${n}`]: {
      ...hiddenAxis,
      domain,
      range: [down, 0],
      anchor: `x${n}`,
      scaleanchor: `x${n}`,
      constrain: 'domain' as const,
    },
  });
  const soundAxes = (n: 2 | 4, domain: readonly [number, number]) => ({
    [`xaxis${n}`]: { domain: [0.27, 1], range: [0, end], showgrid: false, anchor: `y${n}`, ...(n === 4 ? { title: { text: 'time [s]' } } : { showticklabels: false }) }, // prettier-ignore
    [`yaxis${n}`]: { ...bandAxis(config), domain, anchor: `x${n}` },
  });
  const lights = networks.flatMap((_, i) => lightTraces(args, i, moments[active]));
  const which = lights.map((_, i) => i + 2);
  const slides = moments.map((moment, frame) => {
    const now = networks.flatMap((_, i) => lightTraces(args, i, moment));
    const values = { z: now.map(({ z }) => z), x0: now.map(({ x0 }) => x0) };
    const drawn = { images: images(moment, across, down), shapes: shapes(moment, events) };
    return { label: (frame / framesPerSecond).toFixed(2), args: [values, drawn, which] as const };
  });
  const buttons = networks.map(({ name }, chosen) => ({
    label: name,
    method: 'update' as const,
    args: [{ visible: which.map((_, k) => Math.floor(k / 4) === chosen) }, {}, which] as const,
  }));
  return themed([{ ...sound, xaxis: 'x2', yaxis: 'y2' }, { ...sound, xaxis: 'x4', yaxis: 'y4' }, ...lights], {
    alt: `The frame at ${moments[active].seconds.toFixed(2)} s of a clip of ${numberText(end)} s, and its spectrogram, with light where the teachers look: above before refinement, below after it. A slider moves the moment${networks.length > 1 ? `, buttons choose the network: ${namesText(networks.map(({ name }) => name))}` : ''}.${momentsText(events)}`,
    title: title ? { text: title } : undefined,
    height: 540,
    margin: { t: 72, b: 116, l: 16 },
    showlegend: false,
    dragmode: false,
    ...frameAxes('', rowsOf[0]),
    ...soundAxes(2, rowsOf[0]),
    ...frameAxes(3, rowsOf[1]),
    ...soundAxes(4, rowsOf[1]),
    images: images(moments[active], across, down),
    shapes: shapes(moments[active], events),
    annotations: stages.map((stage, row) => ({
      text: `${stage} refinement`,
      xref: 'paper',
      yref: 'paper',
      x: 0,
      y: rowsOf[row][1],
      xanchor: 'left',
      yanchor: 'bottom',
      showarrow: false,
      font: { size: 12, color: colours.text },
    })),
    updatemenus: networks.length > 1 ? [buttonRow(buttons, 1.04)] : [],
    sliders: [sliderBelow(slides, { name: 'time', unit: ' s', active, y: -0.14 })],
  });
}

/** A frame of the file, and the window centred on it, or nearly so. */
interface Moment {
  readonly picture: Picture;
  readonly seconds: number;
  readonly window: number;
  readonly windowStart: number;
  readonly windowEnd: number;
  /** Index of the frame within the window. */
  readonly frame: number;
}

function momentsOf({ config, windows }: AttentionOverTimeArgs): Moment[] {
  const { frameSize, framesPerSecond, seconds } = config.clip;
  const framesEach = Math.round(seconds * framesPerSecond);
  const pictures = windows.map(({ video }) => viewPictures(video.data, frameSize));
  return Array.from({ length: framesEach + windows.length - 1 }, (_, i) => {
    const window = Math.max(0, Math.min(windows.length - 1, i - framesEach / 2));
    const frame = i - window;
    const windowStart = window / framesPerSecond;
    const picture = encodePicture(pictures[window][frame], {
      enlarge: Math.max(1, Math.round(96 / frameSize)),
    });
    const middle = (i + 0.5) / framesPerSecond;
    return { picture, seconds: middle, window, windowStart, windowEnd: windowStart + seconds, frame };
  });
}

/**
 * Highlights of one network on frame and sound, before and after refinement; the first network is visible.
 */
function lightTraces(
  { config, networks }: AttentionOverTimeArgs,
  network: number,
  { window, windowStart, frame }: Moment,
): HeatmapTrace[] {
  const { patch, spectrogram, clip } = config;
  const { attention } = networks[network];
  const [, down, across] = fullGrid(config, 'video');
  const [, columns] = fullGrid(config, 'audio');
  const columnSeconds = (patch.columns * spectrogram.hopLength) / clip.sampleRateHz;
  const slot = Math.floor(frame / patch.frames) * down * across;
  const common = {
    type: 'heatmap',
    zmin: 1, // values below the mean stay dark
    visible: network === 0,
    colorscale: glowScale,
    hovertemplate: '%{z:.2f} times the mean<extra></extra>',
  } as const;
  return stages.flatMap((stage, row) => {
    const [seen, heard] = [
      overMean(attention[window][stage].video),
      overMean(attention[window][stage].audio),
    ];
    const [first, second] = [2 * row + 1, 2 * row + 2];
    return [
      {
        ...common,
        z: packed(seen.subarray(slot, slot + down * across), across),
        x0: 0.5,
        dx: 1,
        y0: 0.5,
        dy: 1,
        zmax: highest(attention.map((each) => overMean(each[stage].video))),
        xaxis: first === 1 ? 'x' : `x${first}`,
        yaxis: first === 1 ? 'y' : `y${first}`,
        showscale: false,
      },
      {
        ...common,
        z: packed(heard, columns),
        x0: windowStart + columnSeconds / 2,
        dx: columnSeconds,
        y0: (patch.melBands - 1) / 2,
        dy: patch.melBands,
        zmax: highest(attention.map((each) => overMean(each[stage].audio))),
        xaxis: `x${second}`,
        yaxis: `y${second}`,
        showscale: false,
      },
    ];
  });
}

function overMean(values: Float32Array): Float32Array {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.map((value) => value / mean);
}

function highest(windows: readonly Float32Array[]): number {
  return Math.max(...windows.map((values) => Math.max(...values)));
}

function images({ picture }: Moment, across: number, down: number): LayoutImage[] {
  const place = { x: 0, y: 0, sizex: across, sizey: down, xanchor: 'left', yanchor: 'top' } as const;
  return ['', 3].map((n) => ({
    source: picture.source,
    xref: `x${n}`,
    yref: `y${n}`,
    ...place,
    sizing: 'stretch',
    layer: 'below',
  }));
}

/** The events, the chosen time and the network's input window, in both spectrograms. */
function shapes({ seconds, windowStart, windowEnd }: Moment, events: readonly number[]): Shape[] {
  const span = { yref: 'paper', y0: 0, y1: 1 } as const;
  const lines = eventLines(events).map((line) => ({ ...line, xref: 'x4' }));
  const edge = { color: colours.text, width: 1 };
  const moment = { color: colours.good, width: 2 };
  return [
    ...lines,
    { type: 'rect', xref: 'x4', ...span, x0: windowStart, x1: windowEnd, line: edge },
    { type: 'line', xref: 'x4', ...span, x0: seconds, x1: seconds, line: moment },
  ];
}
