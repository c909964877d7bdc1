import {
  type Modality,
  type TokenGrid,
  type XkdConfig,
  fullGrid,
  keptInView,
  patchValues,
  tokenCount,
  usedParts,
  viewGrid,
  viewShapes,
} from '../../config';

/** Number of tokens of a modality's views. Class tokens are never included. */
export interface TokenCounts {
  /** Values of one patch. */
  readonly patchValues: number;
  /** Patches along each axis of the global view: (t, h, w) or (mel, time). */
  readonly globalGrid: TokenGrid;
  readonly global: number;
  /** Tokens of the global view that the student sees. */
  readonly kept: number;
  /** Tokens of the global view that the mask removes and the decoder predicts. */
  readonly removed: number;
  /** Local views per clip that the student sees; 0 if the loss does not use them. */
  readonly localViews: number;
  /** Patches along each axis of a local view; null if the configuration has none. */
  readonly localGrid: TokenGrid | null;
  /** Tokens of one local view. */
  readonly local: number;
  /** The view that the teacher sees; null if the loss does not use teachers. */
  readonly teacherView: XkdConfig['teacherView'] | null;
  /** Tokens that the teacher sees. */
  readonly teacher: number;
  /** Tokens per clip that the student encodes in a step, over all views. */
  readonly student: number;
}

export function countTokens(config: XkdConfig, modality: Modality): TokenCounts {
  const { views, teacherView } = config;
  const used = usedParts(config);
  const globalGrid = fullGrid(config, modality);
  const global = tokenCount(globalGrid);
  const kept = keptInView(config, modality);
  const [, localShape] = viewShapes(config)[modality];
  const localGrid = localShape === undefined ? null : viewGrid(config, modality, localShape);
  const local = localGrid === null ? 0 : tokenCount(localGrid);
  const localViews = used.heads ? views.local[modality] : 0;
  const encodesGlobal =
    used.heads || used.reconstructed.includes(modality) || used.features.includes(modality);
  return {
    patchValues: patchValues(config, modality),
    globalGrid,
    global,
    kept,
    removed: global - kept,
    localViews,
    localGrid,
    local,
    teacherView: used.teachers ? teacherView : null,
    teacher: used.teachers ? (teacherView === 'global' ? global : local) : 0,
    student: (encodesGlobal ? kept : 0) + localViews * local,
  };
}
