import { clipIdentity, encoderIdentity, type Modality } from '../../config';
import type { Fold } from '../../data';
import { batchesPerEpoch, openClipPool } from '../../data';
import { UserError } from '../../errors';
import { hashTowers } from '../networkHash';
import { checkDataset } from '../protocols/checkDataset';
import { protocolResult, type ProtocolArgs } from '../protocols/protocol';
import { protocols } from '../protocols/registry';
import type { ProtocolResult } from '../results';
import { identityOfFiles } from './fileIdentity';
import type { SupervisedProtocol } from './presets';
import { RunStore } from './runStore';
import { checkTogether, type FinetuneSettings, type LinearSettings } from './settings';
import type { ClassifierSetup } from './state';
import { trainFold, type FoldArgs } from './trainFold';

/** Options that only tests need. */
export type SupervisedOptions = Pick<FoldArgs, 'saveSeconds'>;

/**
 * Linear probe (docs/method.md, section 10): a linear classifier on the mean patch token of a frozen backbone.
 *
 * @throws UserError for data or settings that make no sense; Stopped if a stop was requested
 */
export function evaluateLinear(
  args: ProtocolArgs,
  settings: LinearSettings,
  options: SupervisedOptions = {},
): Promise<ProtocolResult> {
  if (settings.features === 'each' && settings.trainClips !== 1) {
    throw new UserError(
      `trainClips is ${settings.trainClips}, but clips are drawn again in each epoch: add features=once, or leave it out.`,
    );
  }
  if (settings.features === 'once' && settings.cutmix > 0) {
    throw new UserError(
      `cutmix is ${settings.cutmix}, but features have no area to cut: add features=each or cutmix=0.`,
    );
  }
  return evaluateSupervised('linear', args, settings, options);
}

/**
 * Finetuning (docs/method.md, section 10): trains a linear classifier and its backbone, with a learning rate per layer.
 *
 * @throws UserError for data or settings that make no sense; Stopped if a stop was requested
 */
export function evaluateFinetune(
  args: ProtocolArgs,
  settings: FinetuneSettings,
  options: SupervisedOptions = {},
): Promise<ProtocolResult> {
  return evaluateSupervised('finetune', args, settings, options);
}

async function evaluateSupervised(
  protocol: SupervisedProtocol,
  args: ProtocolArgs,
  settings: LinearSettings | FinetuneSettings,
  options: SupervisedOptions,
): Promise<ProtocolResult> {
  const { dataset, network, tower, seed, store } = args;
  const modality = oneModality(protocol, args);
  checkDataset(dataset, modality, protocols[protocol].needs);
  checkTogether(settings, modality, dataset.multiLabel);
  const { optimiser } = network.config;
  const { beta1, beta2, weightDecay, learningRate, clip } = settings;
  // Checked before anything of any fold is stored.
  for (const { train } of dataset.folds) batchesPerEpoch(train.length, settings.batch);
  const setup: ClassifierSetup = {
    plan: {
      config: network.config,
      tower: { modality, role: tower },
      multiLabel: dataset.multiLabel,
      clip,
    },
    optimiser: { ...optimiser, beta1, beta2, weightDecay, learningRate },
    network,
    classes: dataset.classes.length,
    finetunes: protocol === 'finetune',
    seed,
  };
  const weights = hashTowers(network, modality, tower);
  // A trained classifier can be tested in another way without being trained again.
  const trained = { ...settings, testClips: undefined, testCrops: undefined };
  const pool = args.pool ?? openClipPool(network.config);
  let closing: Promise<void> | null = null;
  const closePool = () => (args.pool ? Promise.resolve() : (closing ??= pool.close()));
  const folds = [];
  try {
    for (const fold of dataset.folds) {
      const inputs = { ...inputsOf(args, modality), ...clipsOf(args, fold) };
      const identity = { format: 1, protocol, modality, tower, weights, seed, ...inputs, settings: trained };
      const run = RunStore.open(store, `${protocol}-${modality}-${tower}`, identity);
      const report = (sentence: string) => console.warn(sentence);
      folds.push(await trainFold({ args, setup, settings, fold, run, pool, closePool, report, ...options }));
    }
  } finally {
    await closePool();
  }
  const skipped = new Map(folds.flatMap((each) => each.skipped.map((bad) => [bad.path, bad] as const)));
  return protocolResult(protocol, args, settings, {
    folds: folds.map(({ fold }) => fold),
    skipped: [...skipped.values()],
  });
}

function oneModality(protocol: string, { modality }: ProtocolArgs): Modality {
  if (modality !== 'both') return modality;
  throw new UserError(
    `The protocol "${protocol}" trains on one modality: add --modality video or --modality audio (both together: "xkd evaluate svm").`,
  );
}

/** The other parts of the configuration that determine the clips and the arithmetic. */
function inputsOf({ network: { config } }: ProtocolArgs, modality: Modality): Record<string, unknown> {
  const { spectrogram, patch, training, videoAugmentation } = config;
  const views = modality === 'video' ? { aspect: videoAugmentation.aspect } : { spectrogram };
  const encoder = encoderIdentity(config);
  return { clip: clipIdentity(config), patch, encoder, ...views, precision: training.precision };
}

/** Training files of a fold with their labels. Their order determines the draws. */
function clipsOf({ dataset }: ProtocolArgs, { name, train }: Fold): Record<string, unknown> {
  return {
    fold: name,
    classes: dataset.classes,
    clips: train.length,
    files: identityOfFiles(dataset, train),
  };
}
