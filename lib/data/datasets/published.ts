import type { KnownDataset } from './layout';

/** How large a data set is as its authors published it. */
export interface PublishedCounts {
  readonly classes: number;
  /** Clips by fold and role; where there is one fold only, by split. */
  readonly clips: Readonly<Record<string, number>>;
  /** Clips of each class, where all have the same number: by fold and role, or split. */
  readonly perClass?: Readonly<Record<string, number>>;
  /** Counts of lists that may stand alone. */
  readonly alternatives?: Readonly<Record<string, readonly number[]>>;
  /** The counts are known to two or three digits only. */
  readonly approximate?: true;
  /** Where the counts were taken from. */
  readonly source: string;
}

/** The published sizes; keys such as `1 train` mean the training clips of fold 1. */
export const publishedCounts: Readonly<Record<KnownDataset, PublishedCounts>> = {
  ucf101: {
    classes: 101,
    clips: {
      '1 train': 9537,
      '1 test': 3783,
      '2 train': 9586,
      '2 test': 3734,
      '3 train': 9624,
      '3 test': 3696,
    },
    source: 'Soomro, Zamir and Shah, CRCV-TR-12-01 (2012), 13320 clips; the three lists for action recognition',
  },
  hmdb51: {
    classes: 51,
    clips: {
      '1 train': 3570,
      '1 test': 1530,
      '2 train': 3570,
      '2 test': 1530,
      '3 train': 3570,
      '3 test': 1530,
    },
    perClass: { '1 train': 70, '1 test': 30, '2 train': 70, '2 test': 30, '3 train': 70, '3 test': 30 },
    source: 'Kuehne et al., ICCV 2011; the lists of the three splits, which name 6766 clips',
  },
  kinetics400: {
    classes: 400,
    clips: { train: 246_534, val: 19_906, test: 38_685 },
    source: 'Kay et al., arXiv 1705.06950 (2017); the published lists (of their videos some 240000 can still be had)',
  },
  kinetics600: {
    classes: 600,
    clips: { train: 392_622, val: 30_001, test: 60_000 },
    alternatives: { train: [370_582, 427_549], val: [28_313, 29_793], test: [56_618, 72_924] },
    approximate: true,
    source: 'Carreira et al., arXiv 1808.01340 (2018); lists that were published again name fewer clips',
  },
  kinetics700: {
    classes: 700,
    clips: { train: 545_317, val: 35_000, test: 70_000 },
    alternatives: { test: [64_532, 64_260] },
    approximate: true,
    source: 'Carreira et al., arXiv 1907.06987 (2019), 650317 clips; the edition of 2020 (arXiv 2010.10864) names about as many',
  },
  'kinetics-sound': {
    classes: 32,
    clips: { train: 22_700, val: 1600 },
    approximate: true,
    source: 'the XKD paper: about 22.7 k clips for training and 1.6 k for validation',
  },
  esc50: {
    classes: 50,
    clips: Object.fromEntries([1, 2, 3, 4, 5].flatMap((fold) => [[`${fold} train`, 1600], [`${fold} test`, 400]])),
    perClass: Object.fromEntries([1, 2, 3, 4, 5].flatMap((fold) => [[`${fold} train`, 32], [`${fold} test`, 8]])),
    source: 'Piczak, ACM Multimedia 2015: 2000 clips, 40 of each class, in five folds',
  },
  fsd50k: {
    classes: 200,
    clips: { train: 36_796, val: 4170, test: 10_231 },
    source: 'Fonseca et al., IEEE/ACM TASLP 30 (2022): 40966 clips for development and 10231 for evaluation',
  },
  audioset: {
    classes: 527,
    clips: { train: 2_063_949, test: 20_371 },
    alternatives: { train: [22_160, 2_041_789] },
    source: 'Gemmeke et al., ICASSP 2017; the heads of the tables: 22160 and 2041789 training segments, 20371 for evaluation',
  },
};
