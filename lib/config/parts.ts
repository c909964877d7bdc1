import { modalities, type Modality, type XkdConfig } from './schema';

/** Which parts of the method have a part in the loss of a configuration. */
export interface UsedParts {
  /** Modalities whose masked patches are reconstructed. */
  readonly reconstructed: readonly Modality[];
  /** Directions of distillation, from teacher to student. */
  readonly distilled: readonly ('videoToAudio' | 'audioToVideo')[];
  /** Domains whose two modalities are aligned. */
  readonly aligned: readonly ('students' | 'teachers')[];
  /** Whether the students' heads and local views are needed. */
  readonly heads: boolean;
  /** Whether the teachers are run. */
  readonly teachers: boolean;
}

/** Reads the weights and the selections under `loss`. */
export function usedParts({ loss }: Pick<XkdConfig, 'loss'>): UsedParts {
  const chosen = <T>(weight: number, selection: T | 'both', all: readonly T[]): readonly T[] =>
    weight === 0 ? [] : selection === 'both' ? all : [selection];
  const distilled = chosen(loss.distillation, loss.distillationOf, ['videoToAudio', 'audioToVideo'] as const);
  const aligned = chosen(loss.alignment, loss.alignmentOf, ['students', 'teachers'] as const);
  return {
    reconstructed: chosen(loss.reconstruction, loss.reconstructionOf, modalities),
    distilled,
    aligned,
    heads: distilled.length > 0 || aligned.includes('students'),
    teachers: distilled.length > 0 || aligned.includes('teachers'),
  };
}
