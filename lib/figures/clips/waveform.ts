import type { Figure, ScatterTrace, Shape } from '../plotly';
import { packed } from '../packed';
import { colours, themed } from '../theme';
import { momentsText, numberText, placeOfHighest } from '../charts/altText';
import { uprightLines } from '../charts/lines';

export interface WaveformArgs {
  /** Samples in [-1, 1]. */
  readonly waveform: Float32Array;
  readonly sampleRateHz: number;
  /** Time of the first sample [s]. */
  readonly startSeconds?: number;
  /** Times to mark [s]. */
  readonly events?: readonly number[];
  readonly title?: string;
}

/** Title of the amplitude axis. */
export const amplitudeTitle = 'amplitude<br>[of full scale]';

/**
 * Sound pressure over time, with marked events.
 *
 * @example
 * ```ts
 * import { waveformFigure } from 'xkd';
 *
 * const waveform = new Float32Array(16000);
 * waveform[8000] = 0.8; // A click, half a second after the start.
 * const figure = waveformFigure({ waveform, sampleRateHz: 16000 });
 * console.log(figure.layout.meta?.alt); // Waveform from 0 to 1 s, loudest at 0.50 s with 0.8 of full scale.
 * ```
 */
export function waveformFigure(args: WaveformArgs): Figure {
  const { waveform, sampleRateHz, startSeconds = 0, events = [], title } = args;
  const end = startSeconds + waveform.length / sampleRateHz;
  const loudest = placeOfHighest(waveform.map(Math.abs));
  const [time, level] = [startSeconds + loudest / sampleRateHz, Math.abs(waveform[loudest])];
  return themed([envelopeTrace(args)], {
    alt: `Waveform from ${numberText(startSeconds)} to ${numberText(end)} s, loudest at ${time.toFixed(2)} s with ${numberText(level)} of full scale.${momentsText(events)}`,
    title: title ? { text: title } : undefined,
    height: title ? 220 : 190,
    showlegend: false,
    xaxis: { title: { text: 'time [s]' }, range: [startSeconds, end] },
    yaxis: { title: { text: amplitudeTitle }, nticks: 5 },
    shapes: eventLines(events),
  });
}

/**
 * Lowest and highest sample of each short interval, as one outline: a compact form of thousands of samples.
 */
export function envelopeTrace(args: WaveformArgs, stretches = 360): ScatterTrace {
  const { waveform, sampleRateHz, startSeconds = 0 } = args;
  const size = Math.max(1, Math.ceil(waveform.length / stretches));
  const [x, low, high]: [number[], number[], number[]] = [[], [], []];
  for (let start = 0; start < waveform.length; start += size) {
    const part = waveform.subarray(start, start + size);
    x.push(startSeconds + (start + part.length / 2) / sampleRateHz);
    low.push(part.reduce((a, b) => Math.min(a, b)));
    high.push(part.reduce((a, b) => Math.max(a, b)));
  }
  return {
    type: 'scatter',
    mode: 'lines',
    name: 'sound',
    x: packed([...x, ...x.slice().reverse()]),
    y: packed([...high, ...low.reverse()]),
    fill: 'toself',
    fillcolor: colours.audio,
    line: { color: colours.audio, width: 1 },
    hoverinfo: 'skip',
  };
}

/** Dotted vertical lines through the whole height of a figure, at given times. */
export function eventLines(seconds: readonly number[], colour: string = colours.bad): Shape[] {
  return uprightLines(seconds, { color: colour, width: 1.5, dash: 'dot' });
}
