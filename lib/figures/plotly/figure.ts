import type { Scene } from './scene';
import type { Font, Line, Trace } from './traces';

/*
 * The part of Plotly's figure format that the figures here use. The format is JSON: plotly.js draws what
 * these types describe, in JupyterLab and in exported pages.
 */

export interface Axis {
  readonly title?: { readonly text: string; readonly standoff?: number };
  readonly type?: 'linear' | 'log' | 'category';
  readonly range?: readonly [number, number];
  readonly autorange?: boolean | 'reversed';
  readonly rangemode?: 'normal' | 'tozero';
  readonly domain?: readonly [number, number];
  readonly anchor?: string;
  readonly matches?: string;
  readonly scaleanchor?: string;
  readonly scaleratio?: number;
  readonly constrain?: 'domain' | 'range';
  readonly visible?: boolean;
  readonly showgrid?: boolean;
  readonly showline?: boolean;
  readonly showticklabels?: boolean;
  readonly zeroline?: boolean;
  readonly fixedrange?: boolean;
  readonly automargin?: boolean;
  readonly side?: 'top' | 'bottom' | 'left' | 'right';
  readonly ticks?: 'outside' | 'inside' | '';
  readonly tickangle?: number;
  readonly tickformat?: string;
  readonly tickvals?: readonly number[];
  readonly ticktext?: readonly string[];
  readonly nticks?: number;
  readonly dtick?: number;
  readonly categoryorder?: 'total descending' | 'category ascending';
  /** A strip below the axis for moving its range. */
  readonly rangeslider?: { readonly visible: boolean; readonly thickness?: number };
  readonly gridcolor?: string;
  readonly linecolor?: string;
  readonly zerolinecolor?: string;
}

export interface Shape {
  readonly type: 'rect' | 'line' | 'path';
  readonly x0?: number;
  readonly x1?: number;
  readonly y0?: number;
  readonly y1?: number;
  readonly path?: string;
  readonly xref?: string;
  readonly yref?: string;
  readonly line?: Line;
  readonly fillcolor?: string;
  readonly opacity?: number;
  readonly layer?: 'above' | 'below';
}

export interface Annotation {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly xref?: string;
  readonly yref?: string;
  readonly ax?: number;
  readonly ay?: number;
  readonly axref?: string;
  readonly ayref?: string;
  readonly showarrow?: boolean;
  readonly arrowhead?: number;
  readonly startarrowhead?: number;
  readonly arrowside?: 'end' | 'end+start';
  readonly arrowsize?: number;
  readonly arrowwidth?: number;
  readonly arrowcolor?: string;
  readonly xanchor?: 'left' | 'center' | 'right';
  readonly yanchor?: 'top' | 'middle' | 'bottom';
  readonly xshift?: number;
  readonly yshift?: number;
  readonly align?: 'left' | 'center' | 'right';
  readonly textangle?: number;
  readonly font?: Font;
  readonly bgcolor?: string;
  readonly hovertext?: string;
}

/** A picture placed in the coordinates of a pair of axes. */
export interface LayoutImage {
  readonly source: string;
  readonly x: number;
  readonly y: number;
  readonly sizex: number;
  readonly sizey: number;
  readonly xref?: string;
  readonly yref?: string;
  readonly xanchor?: 'left' | 'center' | 'right';
  readonly yanchor?: 'top' | 'middle' | 'bottom';
  readonly sizing?: 'stretch' | 'contain' | 'fill';
  readonly opacity?: number;
  readonly layer?: 'above' | 'below';
}

export interface Legend {
  readonly orientation?: 'h' | 'v';
  readonly x?: number;
  readonly y?: number;
  readonly xanchor?: 'left' | 'center' | 'right';
  readonly yanchor?: 'top' | 'middle' | 'bottom';
  /** Legend marks as large as their points, or of constant size. */
  readonly itemsizing?: 'trace' | 'constant';
  readonly traceorder?: 'normal' | 'reversed';
}

/** A menu entry that changes values of the figure. */
export interface MenuButton {
  readonly label: string;
  readonly method: 'update' | 'skip';
  /** New trace values (a list with one entry per trace), new layout values, and the traces concerned. */
  readonly args: readonly [
    traces: Readonly<Record<string, readonly unknown[]>>,
    layout: Readonly<Record<string, unknown>>,
    which?: readonly number[],
  ];
}

export interface UpdateMenu {
  readonly type: 'buttons' | 'dropdown';
  readonly direction?: 'left' | 'right' | 'up' | 'down';
  readonly buttons: readonly MenuButton[];
  readonly active?: number;
  readonly showactive?: boolean;
  readonly x?: number;
  readonly y?: number;
  readonly xanchor?: 'left' | 'center' | 'right';
  readonly yanchor?: 'top' | 'middle' | 'bottom';
  readonly pad?: { readonly t?: number; readonly b?: number; readonly l?: number; readonly r?: number };
  readonly bgcolor?: string;
  readonly bordercolor?: string;
  readonly font?: Font;
}

/** A slider position, with the values that it sets in the figure. */
export interface SliderStep {
  readonly label: string;
  readonly method: 'update';
  readonly args: MenuButton['args'];
}

export interface Slider {
  readonly steps: readonly SliderStep[];
  /** Initial index, from 0. */
  readonly active?: number;
  /** Text above the slider, before the label of its position. */
  readonly currentvalue?: { readonly prefix?: string; readonly suffix?: string; readonly font?: Font };
  readonly x?: number;
  readonly y?: number;
  readonly len?: number;
  readonly xanchor?: 'left' | 'center' | 'right';
  readonly yanchor?: 'top' | 'middle' | 'bottom';
  readonly pad?: { readonly t?: number; readonly b?: number; readonly l?: number; readonly r?: number };
  readonly bordercolor?: string;
  readonly ticklen?: number;
  readonly font?: Font;
}

/** The clip that a point plays in the side panel. */
export interface PlayableClip {
  /** Data URI of a video. */
  readonly source: string;
  readonly caption: string;
}

/** Read by our renderer and by exported pages; Plotly itself ignores it. */
export interface FigureMeta {
  /** Alternative text: one to three sentences with the main values. */
  readonly alt: string;
  readonly clips?: readonly PlayableClip[];
}

/** Further axes are named `xaxis2`, `yaxis2` and so on, and are referred to as `x2`, `y2`. */
export interface Layout {
  readonly title?: {
    readonly text: string;
    readonly x?: number;
    readonly xref?: 'paper' | 'container';
    readonly y?: number;
    readonly yref?: 'paper' | 'container';
    readonly yanchor?: 'top' | 'middle' | 'bottom';
    readonly pad?: { readonly t?: number };
    readonly font?: Font;
  };
  readonly width?: number;
  readonly height?: number;
  readonly margin?: { readonly l?: number; readonly r?: number; readonly t?: number; readonly b?: number };
  readonly font?: Font;
  readonly paper_bgcolor?: string;
  readonly plot_bgcolor?: string;
  readonly showlegend?: boolean;
  readonly legend?: Legend;
  readonly barmode?: 'group' | 'overlay' | 'stack';
  readonly bargap?: number;
  readonly hovermode?: 'closest' | 'x' | 'x unified' | false;
  readonly dragmode?: 'zoom' | 'pan' | false;
  readonly shapes?: readonly Shape[];
  readonly annotations?: readonly Annotation[];
  readonly images?: readonly LayoutImage[];
  readonly updatemenus?: readonly UpdateMenu[];
  readonly sliders?: readonly Slider[];
  readonly uirevision?: string;
  readonly scene?: Scene;
  readonly hoverlabel?: { readonly bgcolor?: string; readonly bordercolor?: string; readonly font?: Font };
  readonly meta?: FigureMeta;
  readonly [axis: `xaxis${number}` | `yaxis${number}`]: Axis | undefined;
  readonly xaxis?: Axis;
  readonly yaxis?: Axis;
}

export interface Figure {
  readonly data: readonly Trace[];
  readonly layout: Layout & { readonly meta: FigureMeta };
  readonly config?: {
    readonly displaylogo?: boolean;
    readonly displayModeBar?: boolean | 'hover';
    readonly modeBarButtonsToRemove?: readonly string[];
  };
}
