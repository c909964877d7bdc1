import type { PackedNumbers } from '../packed';

export interface Font {
  readonly size?: number;
  readonly color?: string;
  readonly family?: string;
}

export interface Line {
  readonly color?: string;
  readonly width?: number;
  /** A name, or lengths of dashes and gaps such as `8px,2px`. */
  readonly dash?: 'solid' | 'dot' | 'dash' | 'dashdot' | 'longdash' | 'longdashdot' | `${string}px`;
  readonly shape?: 'linear' | 'hv' | 'spline';
}

/** Lines or dots on a bar. */
export interface MarkerPattern {
  readonly shape: '' | '/' | '\\' | 'x' | '-' | '|' | '+' | '.';
  readonly fillmode?: 'replace' | 'overlay';
  readonly fgcolor?: string;
  readonly size?: number;
  readonly solidity?: number;
}

export interface Marker {
  readonly color?: string | readonly string[] | readonly number[];
  readonly size?: number | readonly number[];
  readonly opacity?: number;
  readonly symbol?: string | readonly string[];
  readonly line?: Line;
  /** On bars only. */
  readonly pattern?: MarkerPattern;
}

/** Fields common to traces of every kind. */
interface TraceBase {
  readonly name?: string;
  readonly xaxis?: string;
  readonly yaxis?: string;
  readonly showlegend?: boolean;
  readonly visible?: boolean | 'legendonly';
  readonly legendgroup?: string;
  readonly opacity?: number;
  readonly hoverinfo?: 'skip' | 'text' | 'all';
  readonly hovertemplate?: string;
}

export type AxisValue = number | string | null;

export interface ErrorBars {
  readonly type: 'data';
  readonly array: readonly number[];
  readonly arrayminus?: readonly number[];
  readonly color?: string;
  readonly thickness?: number;
}

export interface ScatterTrace extends TraceBase {
  readonly type: 'scatter';
  readonly mode: 'lines' | 'markers' | 'text' | 'lines+markers' | 'markers+text';
  readonly x?: readonly AxisValue[] | PackedNumbers;
  readonly x0?: number;
  readonly dx?: number;
  readonly y: readonly AxisValue[] | PackedNumbers;
  /** True if the line continues across missing values. */
  readonly connectgaps?: boolean;
  readonly text?: readonly string[];
  readonly textposition?: 'top center' | 'middle right' | 'bottom center' | 'middle center';
  readonly line?: Line;
  readonly marker?: Marker;
  readonly fill?: 'none' | 'tozeroy' | 'tonexty' | 'toself';
  readonly fillcolor?: string;
  readonly error_x?: ErrorBars;
  readonly error_y?: ErrorBars;
}

export interface BarTrace extends TraceBase {
  readonly type: 'bar';
  readonly x: readonly AxisValue[];
  readonly y: readonly AxisValue[];
  readonly orientation?: 'h' | 'v';
  readonly text?: readonly string[];
  readonly textposition?: 'auto' | 'outside' | 'inside' | 'none';
  readonly insidetextanchor?: 'start' | 'middle' | 'end';
  readonly textangle?: number;
  readonly textfont?: Font;
  readonly insidetextfont?: Font;
  readonly marker?: Marker;
  readonly error_x?: ErrorBars;
  readonly error_y?: ErrorBars;
  readonly width?: number;
}

export type ColourScale = string | readonly (readonly [number, string])[];

export interface ColourBar {
  readonly title?: { readonly text: string; readonly side?: 'right' | 'top' };
  readonly thickness?: number;
  readonly len?: number;
  readonly x?: number;
  readonly y?: number;
  readonly outlinewidth?: number;
}

export interface HeatmapTrace extends TraceBase {
  readonly type: 'heatmap';
  readonly z: readonly (readonly (number | null)[])[] | PackedNumbers;
  readonly x?: readonly AxisValue[];
  readonly x0?: number;
  readonly dx?: number;
  readonly y?: readonly AxisValue[];
  readonly y0?: number;
  readonly dy?: number;
  readonly zmin?: number;
  readonly zmax?: number;
  readonly colorscale?: ColourScale;
  readonly reversescale?: boolean;
  readonly showscale?: boolean;
  readonly colorbar?: ColourBar;
  readonly text?: readonly (readonly string[])[];
  readonly texttemplate?: string;
  readonly textfont?: Font;
  readonly xgap?: number;
  readonly ygap?: number;
}

/** Points in 3D, rotated with the pointer. */
export interface Scatter3dTrace extends TraceBase {
  readonly type: 'scatter3d';
  readonly mode: 'markers';
  readonly x: PackedNumbers;
  readonly y: PackedNumbers;
  readonly z: PackedNumbers;
  readonly text?: readonly string[];
  /** For the clip panel: index into `meta.clips`; null if a point plays nothing. */
  readonly customdata?: readonly (number | null)[];
  readonly marker?: Marker;
}

export type Trace = ScatterTrace | BarTrace | HeatmapTrace | Scatter3dTrace;
