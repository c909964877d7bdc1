import type { z } from 'zod';
import type { EvaluationModality, ProtocolResult } from '../results';
import type { SettingsSchema } from '../settings';
import { finetuneSettings, linearSettings } from '../supervised/presets';
import type { DatasetNeeds } from './checkDataset';
import type { ProtocolArgs } from './protocol';
import { fewLabelsSettings, knnSettings, probeSettings, retrievalSettings, svmSettings } from './settings';

/*
 * The evaluation protocols. The command line, its completion, results and reports read this table. To add a protocol,
 * add its function in a file beside this one, its settings in settings.ts and a row here. No TensorFlow here: the
 * command line's help reads it.
 */

/** What the defaults of settings may depend on. */
export interface DefaultsChoice {
  readonly modality: EvaluationModality;
  /** Name of the data set, such as `hmdb51`; undefined for a folder. */
  readonly dataset?: string;
}

/** An evaluation protocol. */
export interface Protocol<S extends SettingsSchema = SettingsSchema> {
  /** What it does, for the help. */
  readonly description: string;
  /** Its settings, `key=value` on the command line; each has a default and a description. */
  readonly settings: (choice: DefaultsChoice) => S;
  /** Choices whose differing defaults the help names. */
  readonly otherDefaults?: readonly DefaultsChoice[];
  /** What it can look at, the default first; undefined: video, audio, or both together. */
  readonly modalities?: readonly EvaluationModality[];
  /** What the data set must have, apart from files to learn from and files to test on. */
  readonly needs: DatasetNeeds;
  /** The metrics that papers report. A report's table shows only these; its CSV file has all. */
  readonly mainMetrics: RegExp;
  /** Arguments after `xkd evaluate NAME`, for the help. */
  readonly examples: readonly string[];
  /** Loads the function that runs it, and TensorFlow with it. */
  readonly load: () => Promise<(args: ProtocolArgs, settings: z.infer<S>) => Promise<ProtocolResult>>;
}

/** Accuracies, or mean average precision if files have several labels. */
const accuracies = /^(top[15]|map)$/;

/** The probe's classifiers, with their titles. The ablation has a table of each. */
export const probeClassifiers = { logistic: 'logistic regression', svm: 'linear SVM' } as const;
export type ProbeClassifier = keyof typeof probeClassifiers;

/** The protocols by name: the paper's first, then those of this project (docs/method.md, section 10). */
export const protocols = {
  svm: protocol({
    description:
      'Linear support vector machines on features of augmented clips, tested on several clips and crops',
    settings: ({ modality }: DefaultsChoice) => svmSettings(modality),
    needs: { labels: true },
    mainMetrics: accuracies,
    examples: [
      '--checkpoint runs/first --data data/sample',
      '--checkpoint runs/first --data data/sample --modality both trainClips=5 costs=0.1,1',
      '--checkpoint vid_teacher.pth.tar --preset base --dataset ucf101 --data /data/ucf costChoice=test',
    ],
    load: async () => (await import('./svm')).evaluateSvm,
  }),
  linear: protocol({
    description: 'Train a linear classifier on a frozen backbone with AdamW, clips augmented in each epoch',
    settings: ({ modality }: DefaultsChoice) => linearSettings(modality === 'audio' ? 'audio' : 'video'),
    otherDefaults: [{ modality: 'audio' }],
    modalities: ['video', 'audio'],
    needs: { labels: true },
    mainMetrics: accuracies,
    examples: [
      '--checkpoint runs/first --data data/sample',
      '--checkpoint runs/first --data data/sample --modality audio features=once epochs=20',
      '--checkpoint vid_teacher.pth.tar --preset base --dataset kinetics400 --data /data/k400',
    ],
    load: async () => (await import('../supervised/protocol')).evaluateLinear,
  }),
  finetune: protocol({
    description: 'Train a backbone and a classifier on it, each layer at its own rate',
    settings: ({ modality, dataset = 'folder' }: DefaultsChoice) =>
      finetuneSettings(modality === 'audio' ? 'audio' : 'video', dataset),
    otherDefaults: [{ modality: 'video', dataset: 'hmdb51' }, { modality: 'audio' }],
    modalities: ['video', 'audio'],
    needs: { labels: true },
    mainMetrics: accuracies,
    examples: [
      '--checkpoint runs/first --data data/sample',
      '--checkpoint runs/first --data data/sample --modality audio epochs=20 layerDecay=0.75',
      '--checkpoint vid_teacher.pth.tar --preset base --dataset hmdb51 --data /data/hmdb51 training.precision=bf16',
    ],
    load: async () => (await import('../supervised/protocol')).evaluateFinetune,
  }),
  probe: protocol({
    description: 'Train a logistic regression and a linear SVM on the middle clip of each file',
    settings: () => probeSettings,
    needs: { labels: true },
    mainMetrics: /^(logistic|svm)\.top[15]$/,
    examples: [
      '--checkpoint runs/first --data data/sample',
      '--checkpoint runs/first --data data/sample --modality both costs=0.1,1,10',
    ],
    load: async () => (await import('./probe')).evaluateProbe,
  }),
  knn: protocol({
    description: 'Nearest neighbours by the cosine of features; nothing is learnt',
    settings: () => knnSettings,
    needs: { labels: true },
    mainMetrics: accuracies,
    examples: [
      '--checkpoint runs/first --data data/sample',
      '--checkpoint runs/first --data data/sample --modality audio neighbours=5,20',
    ],
    load: async () => (await import('./knn')).evaluateKnn,
  }),
  'few-labels': protocol({
    description: 'The linear SVM with a small share of the labels, drawn several times',
    settings: ({ modality }: DefaultsChoice) => fewLabelsSettings(modality),
    needs: { labels: true },
    mainMetrics: /^(top[15]|map)@[\d.]+%$/,
    examples: [
      '--checkpoint runs/first --data data/sample',
      '--checkpoint runs/first --data data/sample shares=0.05 draws=10',
    ],
    load: async () => (await import('./fewLabels')).evaluateFewLabels,
  }),
  retrieval: protocol({
    description: 'Find the pictures of a sound and the sound of pictures among the test files',
    settings: () => retrievalSettings,
    modalities: ['both'],
    needs: { labels: false, pairs: true },
    mainMetrics: /^recall\d+$/,
    examples: [
      '--checkpoint runs/first --data data/sample',
      '--checkpoint runs/first --data data/sample method=centred',
    ],
    load: async () => (await import('./retrieval')).evaluateRetrieval,
  }),
};

export type ProtocolName = keyof typeof protocols;

/** The names in the order of the table, which help and reports keep. */
export const protocolNames = Object.keys(protocols) as readonly ProtocolName[];

/** A row of the table, whatever its settings. They are checked when they are parsed. */
export function protocolNamed(name: ProtocolName): Protocol {
  return protocols[name] as unknown as Protocol;
}

/** Checks that a function takes the settings of its row. */
function protocol<S extends SettingsSchema>(row: Protocol<S>): Protocol<S> {
  return row;
}
