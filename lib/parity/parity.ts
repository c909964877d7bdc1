import { modalities, stepStructure } from '../config';
import { UserError } from '../errors';
import { canonicalName, disposeInputs, extractPatchMean, parameterSpecs } from '../model';
import type { RankPlace } from '../tensor/collectives';
import { tf } from '../tensor/native';
import { TrainState, centreNames } from '../train/state/state';
import { acrossRanks } from '../train/step/acrossRanks';
import { differentiate } from '../train/step/differentiate';
import { type Engine, eagerEngine } from '../train/engine/engine';
import { lossHyperparameters } from '../train/optimiser/hyperparameters';
import { trainStep } from '../train/step/step';
import {
  type ParityGroup,
  type ParityRow,
  largestError,
  parityTolerances,
  relativeError,
  releaseLosses,
} from './compare';
import type { GoldenCase } from './goldenCase';

/** Result of a parity run. */
export interface ParityReport {
  readonly prefix: string;
  readonly steps: number;
  /** All compared figures and tensors. */
  readonly rows: readonly ParityRow[];
  /** Largest error of each group, with the name of its row. */
  readonly largest: Readonly<Record<ParityGroup, { name: string; error: number; tolerance: number }>>;
  readonly passed: boolean;
}

/**
 * Replays a recorded run: loads its weights, takes all its steps with the recorded views and noise, and compares the
 * losses, the gradients of step 0, the final weights, and the features computed with them.
 *
 * @param engine executes the steps; op by op by default
 * @param ranks place among the processes that replay it together, each with its share of the clips; default: this one alone
 */
export async function replayCase(
  golden: GoldenCase,
  engine: Engine = eagerEngine,
  ranks: RankPlace | null = null,
): Promise<ParityReport> {
  const state = loadState(golden);
  try {
    const rows = compareGradients(golden, state, ranks);
    for (let step = 0; step < golden.steps; step++) {
      rows.push(...(await compareStep(golden, state, step, { engine, ranks })));
    }
    rows.push(...compareWeights(golden, state), ...compareFeatures(golden, state));
    return { prefix: golden.prefix, steps: golden.steps, rows, ...summarise(rows) };
  } finally {
    state.dispose();
  }
}

/** The recorded weights and centres by stored name. Shapes are checked against the configuration. */
function loadState(golden: GoldenCase): TrainState {
  const { config } = golden;
  const expected = new Map(parameterSpecs(config).map(({ name, shape }) => [name, shape]));
  for (const name of Object.values(centreNames)) expected.set(name, [1, config.projector.outputs]);
  const tensors = new Map<string, tf.Tensor>();
  for (const name of golden.namesUnder('state.')) {
    const stored = canonicalName(config, name);
    const shape = golden.tensors.read(`state.${name}`).shape;
    if (String(expected.get(stored)) !== String(shape)) {
      throw new UserError(
        `"${golden.prefix}.safetensors": state.${name} is [${shape.join(', ')}], but the configuration asks for ` +
          `${expected.has(stored) ? `[${expected.get(stored)!.join(', ')}]` : 'no such weight'}.`,
      );
    }
    if (!tensors.has(stored)) tensors.set(stored, golden.tensor(`state.${name}`));
  }
  const missing = [...expected.keys()].find((name) => !tensors.has(name));
  if (missing !== undefined)
    throw new UserError(`"${golden.prefix}.safetensors" has no tensor state.${missing}.`);
  return TrainState.fromWeights(config, tensors);
}

function compareGradients(golden: GoldenCase, state: TrainState, ranks: RankPlace | null): ParityRow[] {
  return tf.tidy(() => {
    const own = differentiate(
      stepStructure(state.config),
      state.tensors.weights,
      golden.inputs(0, ranks),
      lossHyperparameters(state.config, golden.schedule(0).temperatures),
      ranks,
    );
    const { gradients } = acrossRanks(own, ranks);
    return golden.namesUnder('grad.').map((name) => {
      const gradient = gradients.get(canonicalName(state.config, name));
      const expected = golden.tensors.read(`grad.${name}`).data;
      const error = gradient === undefined ? NaN : largestError(gradient.dataSync(), expected);
      return { group: 'gradients' as const, name, error };
    });
  });
}

async function compareStep(
  golden: GoldenCase,
  state: TrainState,
  step: number,
  { engine, ranks }: { engine: Engine; ranks: RankPlace | null },
): Promise<ParityRow[]> {
  const inputs = golden.inputs(step, ranks);
  const { losses } = await trainStep(state, inputs, golden.schedule(step), engine, ranks);
  disposeInputs(inputs);
  const recorded = golden.losses(step);
  return Object.entries(releaseLosses).map(([name, term]) => ({
    group: 'losses',
    name: `step${step}.${name}`,
    error: relativeError(losses[term], recorded[name]),
  }));
}

function compareWeights(golden: GoldenCase, state: TrainState): ParityRow[] {
  return golden.namesUnder('final.').map((name) => {
    const tensor = state.tensors.weights.get(canonicalName(state.config, name));
    const expected = golden.tensors.read(`final.${name}`).data;
    const error = tensor === undefined ? NaN : largestError(tensor.dataSync(), expected);
    return { group: 'weights', name, error };
  });
}

/** Patch-mean features of step 0's global and first local view. */
function compareFeatures(golden: GoldenCase, state: TrainState): ParityRow[] {
  return tf.tidy(() => {
    const { views } = golden.inputs(0);
    const cases = (['teacher', 'student'] as const).flatMap((role) =>
      modalities.flatMap((modality) =>
        ['', '_local'].map((suffix, index) => ({
          role,
          modality,
          index,
          name: `feat.${role}.${modality}${suffix}`,
        })),
      ),
    );
    return cases
      .filter(({ name }) => golden.tensors.has(name))
      .map(({ role, modality, index, name }) => {
        const features = extractPatchMean(
          state.config,
          state.scope,
          { modality, role },
          views[modality][index],
        );
        const error = largestError(features.dataSync(), golden.tensors.read(name).data);
        return { group: 'features' as const, name, error };
      });
  });
}

function summarise(rows: readonly ParityRow[]): Pick<ParityReport, 'largest' | 'passed'> {
  const groups = Object.keys(parityTolerances) as ParityGroup[];
  const largest = Object.fromEntries(
    groups.map((group) => {
      const ordered = rows.filter((row) => row.group === group).sort((a, b) => rank(b) - rank(a));
      const worst = ordered[0] ?? { name: 'nothing recorded', error: NaN };
      return [group, { name: worst.name, error: worst.error, tolerance: parityTolerances[group] }];
    }),
  ) as ParityReport['largest'];
  return { largest, passed: Object.values(largest).every(({ error, tolerance }) => error <= tolerance) };
}

/** A NaN error counts as the largest. */
function rank({ error }: ParityRow): number {
  return Number.isNaN(error) ? Infinity : error;
}
