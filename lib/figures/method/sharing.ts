import { type XkdConfig, teacherKinds } from '../../config';
import type { Annotation, Figure, MenuButton, ScatterTrace, Shape } from '../plotly';
import { buttonRow, colours, hiddenAxis, themed } from '../theme';
import {
  storedParts,
  towers,
  type StoredPart,
  type Tower,
  type TowerPartName,
} from '../../inspection/towerParts';
import { namesText } from '../charts/altText';

/* Units of the drawing: the page width is 100; heights are in pixels. */

export interface SharingArgs {
  /** One button per variant. */
  readonly variants: readonly { readonly name: string; readonly config: XkdConfig }[];
}

/** The four towers with their parts; a part that several towers share is one box that spans them. */
export function sharingFigure({ variants }: SharingArgs): Figure {
  const drawings = variants.map(({ name, config }) => drawing(name, config));
  const buttons = drawings.map(({ name, points, shapes, annotations }): MenuButton => ({
    label: name,
    method: 'update',
    args: [{ x: [points.x], y: [points.y], text: [points.text] }, { shapes, annotations }, [0]],
  }));
  const [{ points, shapes, annotations }] = drawings;
  const [first, ...others] = variants.map(({ name, config }) => `${name} ${storedText(config)}`);
  return themed([points], {
    alt: `Diagram of two students and two teachers with their parts; what is stored once for several is one box. ${namesText([first, ...others])}.`,
    width: 860,
    height: height + 88,
    margin: { l: 8, r: 8, t: 68, b: 8 },
    showlegend: false,
    dragmode: false,
    xaxis: { ...hiddenAxis, range: [0, 100] },
    yaxis: { ...hiddenAxis, range: [-4, height] },
    shapes,
    annotations,
    updatemenus: [buttonRow(buttons)],
  });
}

interface Drawing {
  readonly name: string;
  readonly points: ScatterTrace;
  readonly shapes: readonly Shape[];
  readonly annotations: readonly Annotation[];
}

function drawing(name: string, config: XkdConfig): Drawing {
  const parts = storedParts(config);
  const spots = parts.flatMap((part) =>
    part.towers.map((tower) => ({ part, place: placeOf(part.part, tower) })),
  );
  const headline = `<b>${name}</b>: ${storedText(config)}`;
  return {
    name,
    points: {
      type: 'scatter',
      mode: 'markers',
      x: spots.map(({ place }) => (place.x0 + place.x1) / 2),
      y: spots.map(({ place }) => (place.y0 + place.y1) / 2),
      text: spots.map(({ part }) => hoverOf(part, config)),
      marker: { size: 30, opacity: 0 },
      hovertemplate: '%{text}<extra></extra>',
    },
    shapes: parts.flatMap((part) => [frameOf(part), ...layersOf(part, config)]),
    annotations: [
      note(headline, 0.06, 1, { ...aboveFigure, font: { size: 13, color: colours.text } }),
      ...towers.map(towerTitle),
      ...parts.map((part) => captionOf(part, config)),
      ...towers.filter(({ role }) => role === 'teacher').flatMap((tower) => teacherArrow(tower, config)),
    ],
  };
}

function storedText(config: XkdConfig): string {
  const parts = storedParts(config);
  const total = sum(parts.map(({ count }) => count));
  const trained = sum(parts.map((part) => part.trained));
  return `${countText(total)} parameters are stored, gradients move ${countText(trained)}`;
}

const aboveFigure = { xref: 'paper', yref: 'paper', xanchor: 'left', yanchor: 'bottom', yshift: 14 } as const;

interface Place {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

const columns = { video: [6, 46], audio: [54, 94] } as const;
/** Rows from the top of a tower downwards; the clip moves upwards. */
const rows: Readonly<Record<TowerPartName, readonly [top: number, height: number]>> = {
  decoder: [0, 34],
  head: [0, 34],
  'final norm': [38, 26],
  blocks: [68, 62],
  'class token, positions': [134, 26],
  'patch embedding': [164, 26],
};
const towerHeight = 190;
const titleHeight = 22;
const arrowHeight = 46;
const height = 2 * (towerHeight + titleHeight) + arrowHeight;
const topOf = { student: height - titleHeight, teacher: towerHeight } as const;

/** Position of a tower's part. A student's head and decoder both read the output of the final norm. */
function placeOf(part: TowerPartName, { modality, role }: Tower): Place {
  const [left, right] = columns[modality];
  const middle = (left + right) / 2;
  const [down, size] = rows[part];
  const beside = role === 'student';
  return {
    x0: part === 'head' && beside ? middle + 0.5 : left,
    x1: part === 'decoder' ? middle - 0.5 : right,
    y0: topOf[role] - down - size,
    y1: topOf[role] - down,
  };
}

/** The bounding box of a part over all its towers. */
function around({ part, towers: owners }: StoredPart): Place {
  const places = owners.map((tower) => placeOf(part, tower));
  return {
    x0: Math.min(...places.map(({ x0 }) => x0)),
    x1: Math.max(...places.map(({ x1 }) => x1)),
    y0: Math.min(...places.map(({ y0 }) => y0)),
    y1: Math.max(...places.map(({ y1 }) => y1)),
  };
}

function colourOf({ towers: owners }: StoredPart): string {
  return owners.length > 1 ? colours.shared : colours[owners[0].modality];
}

function frameOf(part: StoredPart): Shape {
  const colour = colourOf(part);
  const line = { color: colour, width: 1.5, dash: part.trained > 0 ? ('solid' as const) : ('dot' as const) };
  return {
    type: 'rect',
    ...around(part),
    line,
    fillcolor: `${colour}${part.towers.length > 1 ? '3a' : '1f'}`,
  };
}

/** Thin lines between the transformer blocks. */
function layersOf(part: StoredPart, { encoder }: XkdConfig): Shape[] {
  if (part.part !== 'blocks') return [];
  const { x0, x1, y0, y1 } = around(part);
  return Array.from({ length: encoder.depth - 1 }, (_, i) => {
    const y = y0 + ((y1 - y0) * (i + 1)) / encoder.depth;
    return { type: 'line', x0, x1, y0: y, y1: y, line: { color: `${colourOf(part)}55`, width: 1 } };
  });
}

function captionOf(part: StoredPart, config: XkdConfig): Annotation {
  const { encoder } = config;
  const { x0, x1, y0, y1 } = around(part);
  const blocks = `${encoder.depth} transformer blocks`;
  const name =
    part.part === 'blocks' ? (part.towers.length > 1 ? `<b>the same ${blocks}</b>` : blocks) : part.part;
  const gap = part.part === 'blocks' ? '<br>' : '  ';
  return note(`${name}${gap}${countText(part.count)}`, (x0 + x1) / 2, (y0 + y1) / 2, {
    hovertext: hoverOf(part, config),
  });
}

function towerTitle({ modality, role }: Tower): Annotation {
  const [left, right] = columns[modality];
  const text = `<b>${modality} ${role}</b>`;
  const font = { size: 13, color: colours[modality] };
  return note(text, (left + right) / 2, topOf[role] + titleHeight / 2, { font });
}

/** From the foot of a student to the top of its teacher, where that follows; a frozen one has a label alone. */
function teacherArrow({ modality }: Tower, { teacher }: XkdConfig): Annotation[] {
  const { follows, label } = teacherKinds[teacher];
  const x = (columns[modality][0] + columns[modality][1]) / 2;
  const from = topOf.student - towerHeight;
  const to = topOf.teacher + titleHeight;
  const head = { showarrow: true, arrowhead: 2, arrowwidth: 1.5, arrowcolor: colours.teacher };
  const axes = { xref: 'x', yref: 'y', axref: 'x', ayref: 'y' } as const;
  const arrow: Annotation = { text: '', x, y: to, ax: x, ay: from, ...axes, ...head };
  const name = note(label, x + 1, (from + to) / 2, {
    xanchor: 'left',
    font: { size: 12, color: colours.teacher },
  });
  return follows ? [arrow, name] : [name];
}

function hoverOf(
  { part, towers: owners, count, names, trained }: StoredPart,
  { teacher }: XkdConfig,
): string {
  const { follows, inWords } = teacherKinds[teacher];
  const who = owners.map(({ modality, role }) => `${modality} ${role}`).join(' and ');
  const how =
    trained > 0
      ? 'moved by gradients'
      : `${inWords}${follows && owners.length > 1 ? ', twice in each step' : ''}`;
  return `${who}: ${part}<br>${count.toLocaleString('en')} parameters in ${names.length} tensors, ${how}<br>${names[0]}`;
}

function note(text: string, x: number, y: number, style: Partial<Annotation> = {}): Annotation {
  return { text, x, y, xref: 'x', yref: 'y', showarrow: false, font: { size: 12 }, ...style };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** Formats 85054464 as `85.1 M`, 148608 as `149 k`. */
export function countText(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} M`;
  return count >= 1e3 ? `${(count / 1e3).toFixed(count >= 1e5 ? 0 : 1)} k` : String(count);
}
