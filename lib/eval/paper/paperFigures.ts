import type { Layout } from '../../data/datasets/layout';
import { layouts } from '../../data/datasets/registry';
import type { ProtocolName } from '../protocols/registry';
import type { EvaluationModality } from '../results';

/*
 * From the literature, not measured here: P. Sarkar and A. Etemad, "XKD: Cross-modal Knowledge Distillation with Domain
 * Alignment for Video Representation Learning", AAAI 2024 (arXiv 2211.13929). Their XKD is the variant MS here.
 */

export type PaperDataset = 'ucf101' | 'hmdb51' | 'kinetics400' | 'kinetics-sound' | 'esc50' | 'fsd50k';

/** What was trained: full XKD, or a row of an ablation. */
export type PaperRow =
  | 'full'
  | 'videoReconstruction'
  | 'audioReconstruction'
  | 'reconstruction'
  | 'distillation'
  | 'alignment'
  | 'refinementOff'
  | 'refinementOn';

/**
 * The paper's table with the figure. The networks of the ablations were trained for 400 epochs, the main ones for 800.
 */
export type PaperTable = 'main' | 'ablations' | 'audio' | 'refinement';

/** A figure published in the paper. */
export interface PaperFigure {
  readonly table: PaperTable;
  readonly row: PaperRow;
  readonly variant: 'MS' | 'MAS' | 'MATS';
  readonly dataset: PaperDataset;
  readonly modality: EvaluationModality;
  /** Protocols to compare it with: "linear evaluation" can mean an SVM, a linear probe, or either. */
  readonly protocols: readonly ProtocolName[];
  readonly metric: 'top1' | 'map';
  readonly percent: number;
}

/** A data set as the paper used it. */
export interface PaperDatasetFacts {
  readonly title: string;
  readonly classes: number;
  /** Number of folds that the paper averages over. */
  readonly folds: number;
  readonly modality: EvaluationModality;
  readonly metric: 'top1' | 'map';
  /** Protocols that the paper uses for linear evaluation on this data set. */
  readonly linear: readonly ProtocolName[];
}

export const paperDatasets: Readonly<Record<PaperDataset, PaperDatasetFacts>> = {
  ucf101: {
    ...namesAndClasses(layouts.ucf101),
    folds: 3,
    modality: 'video',
    metric: 'top1',
    linear: ['svm'],
  },
  hmdb51: {
    ...namesAndClasses(layouts.hmdb51),
    folds: 3,
    modality: 'video',
    metric: 'top1',
    linear: ['svm'],
  },
  kinetics400: {
    ...namesAndClasses(layouts.kinetics400),
    folds: 1,
    modality: 'video',
    metric: 'top1',
    linear: ['svm', 'linear'],
  },
  'kinetics-sound': {
    ...namesAndClasses(layouts['kinetics-sound']),
    folds: 1,
    modality: 'video',
    metric: 'top1',
    linear: ['svm'],
  },
  esc50: {
    ...namesAndClasses(layouts.esc50),
    folds: 5,
    modality: 'audio',
    metric: 'top1',
    linear: ['svm', 'linear'],
  },
  fsd50k: {
    ...namesAndClasses(layouts.fsd50k),
    folds: 1,
    modality: 'audio',
    metric: 'map',
    linear: ['linear'],
  },
};

function namesAndClasses({
  title,
  published: { classes },
}: Layout): Pick<PaperDatasetFacts, 'title' | 'classes'> {
  return { title, classes };
}

type Figures = Partial<Record<PaperDataset, number>>;

/** Every figure of the paper that is used here, in the order of its tables. */
export const paperFigures: readonly PaperFigure[] = [
  ...linear('main', 'full', 'MS', { ucf101: 83.8, hmdb51: 57.4, kinetics400: 51.4 }),
  ...linear('main', 'full', 'MAS', { ucf101: 81.7, hmdb51: 55.1, kinetics400: 50.1 }),
  ...linear('main', 'full', 'MATS', { ucf101: 80.1, hmdb51: 53.1, kinetics400: 48.8 }),
  ...finetuned('MS', { ucf101: 94.1, hmdb51: 69.0, kinetics400: 77.6 }),
  ...finetuned('MAS', { ucf101: 93.4, hmdb51: 65.9, kinetics400: 75.9 }),
  ...finetuned('MATS', { ucf101: 93.1, hmdb51: 65.7, kinetics400: 75.7 }),
  ...kineticsSound('MS', { audio: 64.6, video: 70.7, both: 81.2 }),
  ...kineticsSound('MAS', { audio: 61.7, video: 68.3, both: 78.8 }),
  ...kineticsSound('MATS', { audio: 61.8, video: 67.7, both: 78.3 }),

  ...ablation('videoReconstruction', {
    ucf101: 76.1,
    hmdb51: 51.1,
    'kinetics-sound': 56.8,
    kinetics400: 30.7,
  }),
  ...ablation('reconstruction', { ucf101: 76.3, hmdb51: 51.2, 'kinetics-sound': 56.9, kinetics400: 32.2 }),
  ...ablation('distillation', { ucf101: 76.3, hmdb51: 51.2, kinetics400: 32.2 }),
  ...ablation('alignment', { ucf101: 77.8, hmdb51: 51.4, kinetics400: 33.7 }),
  ...ablation('full', { ucf101: 84.7, hmdb51: 59.3, 'kinetics-sound': 70.7, kinetics400: 46.4 }),

  ...linear('audio', 'audioReconstruction', 'MS', { fsd50k: 44.6, esc50: 90.0 }),
  ...linear('audio', 'reconstruction', 'MS', { fsd50k: 44.3, esc50: 90.0 }),
  ...linear('audio', 'full', 'MS', { fsd50k: 45.8, esc50: 91.0 }),

  ...linear('refinement', 'refinementOff', 'MS', { ucf101: 79.3, hmdb51: 55.6, esc50: 84.3 }),
  ...linear('refinement', 'refinementOn', 'MS', { ucf101: 82.6, hmdb51: 58.5, esc50: 88.0 }),
];

function linear(
  table: PaperTable,
  row: PaperRow,
  variant: PaperFigure['variant'],
  figures: Figures,
): PaperFigure[] {
  return (Object.entries(figures) as [PaperDataset, number][]).map(([dataset, percent]) => {
    const { modality, metric, linear: protocols } = paperDatasets[dataset];
    return { table, row, variant, dataset, modality, protocols, metric, percent };
  });
}

function ablation(row: PaperRow, figures: Figures): PaperFigure[] {
  return linear('ablations', row, 'MS', figures);
}

function finetuned(variant: PaperFigure['variant'], figures: Figures): PaperFigure[] {
  return linear('main', 'full', variant, figures).map((figure) => ({ ...figure, protocols: ['finetune'] }));
}

function kineticsSound(
  variant: PaperFigure['variant'],
  figures: Readonly<Record<EvaluationModality, number>>,
): PaperFigure[] {
  return (Object.entries(figures) as [EvaluationModality, number][]).flatMap(([modality, percent]) =>
    linear('main', 'full', variant, { 'kinetics-sound': percent }).map((figure) => ({ ...figure, modality })),
  );
}
