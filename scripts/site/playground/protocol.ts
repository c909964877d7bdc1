import type { Backend } from './backend';
import type { GivenNetwork } from './computing/givenNetwork';
import type { Settings } from './training/trainer';

/* Messages between the page and its worker, in which everything is computed. */

/** A stretch of picture and sound as long as a clip, as it is played. */
export interface Stretch {
  /** `[T, H, W, 3]`, at {@link shownPerSecond}. */
  readonly frames: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** Mono, 16 kHz. */
  readonly waveform: Float32Array;
}

/** Frames per second of a player: a multiple of the network's rate, so that its frames are among those shown. */
export const shownPerSecond = 24;

export type Request =
  | { readonly kind: 'start'; readonly backend?: Backend; readonly network?: GivenNetwork }
  | { readonly kind: 'reset'; readonly seed: number; readonly settings: Settings }
  | { readonly kind: 'settings'; readonly settings: Settings }
  | { readonly kind: 'run'; readonly running: boolean }
  | { readonly kind: 'step' }
  | { readonly kind: 'sample'; readonly id: number; readonly index: number }
  | { readonly kind: 'look'; readonly id: number; readonly stretch: Stretch; readonly ratios: Ratios }
  | { readonly kind: 'map'; readonly id: number; readonly clips?: readonly NamedStretch[] };

/** A stretch that does not come from the sample set. */
export interface NamedStretch {
  readonly label: string;
  readonly stretch: Stretch;
}

/** Shares of removed patches. */
export interface Ratios {
  readonly video: number;
  readonly audio: number;
}

export type Answer =
  | Facts
  | { readonly kind: 'drawing'; readonly done: number; readonly total: number }
  | Stepped
  | Probed
  | { readonly kind: 'paused'; readonly step: number; readonly finished: boolean }
  | { readonly kind: 'sample'; readonly id: number; readonly stretch: Stretch; readonly label: string }
  | { readonly kind: 'look'; readonly id: number; readonly look: Look }
  | { readonly kind: 'map'; readonly id: number; readonly map: ClipMap }
  | { readonly kind: 'failed'; readonly message: string };

/** What the page needs to know of the network. */
export interface Facts {
  readonly kind: 'ready';
  readonly backend: Backend;
  readonly preset: string;
  readonly steps: number;
  readonly parameters: number;
  /** Length of a clip of the network that is shown [s]. */
  readonly seconds: number;
  /** The masks with which that network was trained. */
  readonly ratios: Ratios;
  /** The network that came with the page; null: the one in training is shown. */
  readonly given: { readonly name: string; readonly preset: string; readonly step: number | null } | null;
  readonly outputs: number;
  readonly classes: readonly string[];
  readonly clips: number;
  /** Settings at the start, by the keys that the page can change. */
  readonly settings: Settings;
}

export interface Stepped {
  readonly kind: 'stepped';
  /** Number of steps taken. */
  readonly step: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly baseline: number;
  readonly milliseconds: number;
}

export interface Probed {
  readonly kind: 'probed';
  readonly step: number;
  /** Shares of test clips whose class is told, in [0, 1]. */
  readonly xkd: number;
  readonly baseline: number;
  readonly audio: number;
  /** How much the teachers' answers differ between clips, as a share of the most that is possible. */
  readonly information: Readonly<Record<'video' | 'audio', number>>;
  readonly collapsed: readonly ('video' | 'audio')[];
}

/** What the network makes of one clip. T frames, S side, M mel bands, C columns; patches in token order. */
export interface Look {
  readonly step: number;
  readonly frames: number;
  readonly side: number;
  readonly bands: number;
  readonly columns: number;
  readonly video: LookedAt;
  readonly audio: LookedAt;
  readonly milliseconds: number;
}

export interface LookedAt {
  /** The view as the network gets it: `[3, T, S, S]` or `[1, M, C]`. */
  readonly view: Float32Array;
  /** The same with its gaps filled by the network. */
  readonly drawn: Float32Array;
  /** 1 for a removed patch. */
  readonly removed: Float32Array;
  readonly loss: number;
  /** Patches along each axis. */
  readonly grid: readonly number[];
  /** The teacher's attention over the patches, and the weights after refinement. */
  readonly before: Float32Array;
  readonly after: Float32Array;
  /** The teacher's distribution over the outputs, and its entropy [nats]. */
  readonly distribution: Float32Array;
  readonly entropy: number;
}

/** The clips by their features: nearest neighbours and a map. */
export interface ClipMap {
  readonly step: number;
  readonly labels: readonly string[];
  /** Similarities of the sound of clip i (row) to the video of clip j: `[N, N]`. */
  readonly soundToVideo: Float32Array;
  /** `[2 N, 2]`: videos first, then sounds. */
  readonly points: Float32Array;
}
