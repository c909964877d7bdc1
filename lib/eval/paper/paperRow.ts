import type { PaperRow } from './paperFigures';

/** Titles of the rows, as in the tables. */
export const paperRowTitles: Readonly<Record<PaperRow, string>> = {
  full: 'full XKD',
  videoReconstruction: 'video reconstruction only',
  audioReconstruction: 'audio reconstruction only',
  reconstruction: 'L_ae',
  distillation: 'L_ae + L_kd, no refinement',
  alignment: 'L_ae + L_da',
  refinementOff: 'refinement off',
  refinementOn: 'refinement on',
};

/** Keys in which the paper's rows differ, with their values for full XKD. */
const fullValues = {
  'loss.alignment': 1,
  'loss.distillation': 1,
  'loss.reconstructionOf': 'both',
  'loss.distillationOf': 'both',
  'loss.alignmentOf': 'both',
  refinement: 'mean',
} as const;

type RowKey = keyof typeof fullValues;

/** Keys whose other values make a method that the paper does not have. */
const otherMethods = ['alignment', 'teacher', 'mask.video.kind', 'mask.audio.kind', 'encoder.registers'];

/** A changed configuration, matched to a row of the paper's tables. */
export interface RecognisedRow {
  /** Null if the paper has no such row, as for distillation in one direction. */
  readonly row: PaperRow | null;
  /** Changes unrelated to the row, such as another number of epochs. */
  readonly others: readonly string[];
}

/** Finds the row of the paper's tables that corresponds to changes of a preset. */
export function recognisePaperRow(changes: Readonly<Record<string, unknown>>): RecognisedRow {
  const value = (key: RowKey) => changes[key] ?? fullValues[key];
  const others = Object.keys(changes).filter(
    (key) => !Object.hasOwn(fullValues, key) || (typeof changes[key] === 'number' && changes[key] !== 0),
  );
  const isForeign = others.some((key) => otherMethods.includes(key));
  return { row: isForeign ? null : rowOf(value), others };
}

function rowOf(value: (key: RowKey) => unknown): PaperRow | null {
  const [aligned, distilled] = [value('loss.alignment') !== 0, value('loss.distillation') !== 0];
  const reconstructed = value('loss.reconstructionOf');
  const [refined, whole] = [value('refinement') !== 'none', reconstructed === 'both'];
  if (!aligned && !distilled) {
    // Without teachers there is nothing to refine.
    if (reconstructed === 'video') return 'videoReconstruction';
    return reconstructed === 'audio' ? 'audioReconstruction' : 'reconstruction';
  }
  const bothWays =
    (!aligned || value('loss.alignmentOf') === 'both') &&
    (!distilled || value('loss.distillationOf') === 'both');
  if (!whole || !bothWays) return null;
  if (!distilled) return 'alignment';
  if (!aligned) return refined ? null : 'distillation';
  if (!refined) return 'refinementOff';
  return value('refinement') === 'mean' ? 'full' : null;
}
