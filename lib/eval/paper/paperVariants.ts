import { paperFigures, type PaperDataset, type PaperFigure } from './paperFigures';

/** A variant's figures from the paper's main tables: linear evaluation, top-1 in percent. */
export interface PaperVariant {
  readonly variant: PaperFigure['variant'];
  readonly kineticsSound: { readonly video: number; readonly audio: number; readonly both: number };
  readonly ucf101: number;
  readonly hmdb51: number;
  readonly kinetics400: number;
}

/** The variants side by side, from {@link paperFigures}. */
export const paperVariants: readonly PaperVariant[] = (['MS', 'MAS', 'MATS'] as const).map((variant) => {
  const percent = (dataset: PaperDataset, modality: PaperFigure['modality']) =>
    paperFigures.find(
      (figure) =>
        figure.table === 'main' &&
        figure.variant === variant &&
        figure.dataset === dataset &&
        figure.modality === modality &&
        figure.protocols.includes('svm'),
    )!.percent;
  return {
    variant,
    kineticsSound: {
      video: percent('kinetics-sound', 'video'),
      audio: percent('kinetics-sound', 'audio'),
      both: percent('kinetics-sound', 'both'),
    },
    ucf101: percent('ucf101', 'video'),
    hmdb51: percent('hmdb51', 'video'),
    kinetics400: percent('kinetics400', 'video'),
  };
});
