import {
  paperDatasets,
  paperFigures,
  paperRowTitles,
  recognisePaperRow,
  type PaperDataset,
  type PaperDatasetFacts,
  type PaperFigure,
  type PaperTable,
} from '../paper';
import type { ProtocolResult } from '../results';
import { changeWords } from './groupRuns';

/** The figure of the paper to compare with one of ours. */
export interface PaperComparison {
  readonly percent: number;
  /** Title of the figure, such as `ablations, 400 epochs: L_ae + L_da`. */
  readonly title: string;
  /** The paper's figures for the same question in its other tables. */
  readonly others: readonly { readonly percent: number; readonly title: string }[];
  /** Reasons why the two sizes can't be compared; empty if they can. */
  readonly limits: readonly string[];
}

const tableTitles: Readonly<Record<PaperTable, string>> = {
  main: '800 epochs',
  ablations: 'ablations, 400 epochs',
  audio: 'ablations in sound',
  refinement: 'ablation of refinement',
};

/** Steps of the paper's shortest pretraining: 800 epochs of 22.7 k clips (Kinetics-Sound) in batches of 256. */
const fewestPaperSteps = 800 * Math.floor(22_700 / 256);

/** Facts about a data set as the paper used it; undefined for other data sets. */
export function paperDataset(name: string): PaperDatasetFacts | undefined {
  return Object.hasOwn(paperDatasets, name) ? paperDatasets[name as PaperDataset] : undefined;
}

/** The paper's figures for the question that a result answers, the main one first. Empty for an untrained network. */
export function paperAnswers(result: ProtocolResult, metric: string): PaperFigure[] {
  const { dataset, protocol, modality, network } = result;
  const { row } = recognisePaperRow(network.changes ?? {});
  if (network.step === 0 || row === null) return [];
  return paperFigures.filter(
    (figure) =>
      figure.dataset === dataset.name &&
      figure.variant === network.variant &&
      figure.modality === modality &&
      figure.metric === metric &&
      figure.protocols.includes(protocol) &&
      (figure.row === row || (row === 'full' && figure.row === 'refinementOn')),
  );
}

/**
 * Chooses one of the paper's figures.
 *
 * @param results of networks that differ only in their seed
 * @param beside ablation tables in the same report; full XKD is then compared within them
 */
export function compareWithPaper(
  results: readonly ProtocolResult[],
  metric: string,
  beside: ReadonlySet<PaperTable>,
): PaperComparison | null {
  const answers = paperAnswers(results[0], metric);
  const chosen = answers.find(({ table }) => beside.has(table)) ?? answers[0];
  if (!chosen) return null;
  const others = answers.filter(({ percent }) => percent !== chosen.percent);
  return { ...titled(chosen), others: others.map(titled), limits: [...new Set(results.flatMap(limitsOf))] };
}

function titled({ percent, table, row }: PaperFigure): { percent: number; title: string } {
  return {
    percent,
    title: table === 'main' ? tableTitles.main : `${tableTitles[table]}: ${paperRowTitles[row]}`,
  };
}

/** Reasons why the size of a figure can't be compared with the paper's. */
function limitsOf({ network, dataset, folds, skipped }: ProtocolResult): string[] {
  const { preset, step, changes = {} } = network;
  const facts = paperDataset(dataset.name)!;
  const isPapers = /^base(-mas|-mats)?$/.test(preset);
  const foreign = changeWords(changes, recognisePaperRow(changes).others);
  const limits: [boolean, string][] = [
    [!isPapers, `${preset} is not the paper's network, which is base`],
    [foreign.length > 0, `the paper does not set ${foreign.join(', ')}`],
    [
      isPapers && step !== null && step < fewestPaperSteps,
      `${step} steps are fewer than the paper's 800 epochs`,
    ],
    [
      dataset.classes.length !== facts.classes,
      `${dataset.classes.length} of ${facts.classes} classes of ${facts.title}`,
    ],
    [folds.length < facts.folds, `${folds.length} of ${facts.folds} folds of ${facts.title}`],
    [skipped.length > 0, `files of ${facts.title} were left out`],
  ];
  return limits.filter(([holds]) => holds).map(([, words]) => words);
}
