import { UserError } from '../../errors';
import { shownAs } from '../../shown';
import { paperDatasets, recognisePaperRow, type PaperTable } from '../paper';
import { protocolNamed, protocolNames } from '../protocols/registry';
import { evaluationModalities, type ProtocolResult } from '../results';
import { aggregate, type Aggregate } from './aggregate';
import { compareWithPaper, paperAnswers, type PaperComparison } from './compareWithPaper';
import { datasetTitles } from './datasetTitles';
import { canonical, datasetKey, distinctRuns } from './distinctRuns';
import { findResults, type FoundResults } from './findResults';
import { groupRuns, type RunGroup } from './groupRuns';
import { reportTable } from './reportTable';

/** One metric of networks that differ only in their seed, beside the paper's figure. */
export interface ReportRow {
  /** Name as its authors write it; for custom data the folder. */
  readonly dataset: string;
  readonly classes: number;
  readonly protocol: ProtocolResult['protocol'];
  /** Settings of the protocol that distinguish this row from others; empty if none are needed. */
  readonly settings: string;
  readonly modality: ProtocolResult['modality'];
  readonly tower: ProtocolResult['tower'];
  readonly variant: ProtocolResult['network']['variant'];
  /** The network in words: preset, steps and changes. */
  readonly network: string;
  readonly metric: string;
  /** True for a metric that papers report; the others are in `report.csv`. */
  readonly isMain: boolean;
  /** True if figures are from 0 to 1, to be shown in percent. */
  readonly isShare: boolean;
  readonly ours: Aggregate;
  /** Null if the paper has no figure for this question. */
  readonly paper: PaperComparison | null;
  /** All settings of the protocol. */
  readonly allSettings: ProtocolResult['settings'];
}

/** Results of many runs beside those of the paper. */
export interface ResultReport {
  readonly rows: readonly ReportRow[];
  /** Notes on how the results were combined. */
  readonly notes: readonly string[];
  /** Files that are left out, with the reason. */
  readonly problems: readonly string[];
}

/**
 * Report of all results in files and folders.
 *
 * @throws UserError if there are none
 */
export function readResultReport(paths: readonly string[]): ResultReport {
  const found = findResults(paths);
  if (found.results.length > 0) return makeReport(found);
  const named = paths.map((path) => `"${path}"`).join(', ');
  const [problem] = found.problems;
  if (found.problems.length === 1 && paths.length === 1) throw new UserError(problem);
  throw new UserError(
    `There is no result of a protocol in ${named}${problem ? ` (${problem.replace(/\.$/, '')})` : ''}; ` +
      'name the folders that "xkd evaluate" wrote to, such as runs/first/evaluation.',
  );
}

/** Report of results that were already read, for example by {@link findResults}. */
export function makeReport(found: Pick<FoundResults, 'results'> & Partial<FoundResults>): ResultReport {
  const { runs, problems, duplicates } = distinctRuns(found.results);
  const { groups, notes } = groupRuns(runs);
  const titles = datasetTitles(groups.map(({ runs: [{ result }] }) => result.dataset));
  const tables = ablationTables(groups);
  const rows = groups.flatMap((group) => groupRows(group, titles, tables)).sort(byQuestion);
  const others = found.otherFiles ?? [];
  const report: ResultReport = {
    rows,
    notes: [
      ...notes,
      ...(duplicates.length > 0
        ? [`${quoted(duplicates)}: runs that other files hold as well, counted once.`]
        : []),
      ...(others.length > 0
        ? [`JSON files of other kinds were skipped (${others.length}, such as "${others[0]}").`]
        : []),
    ],
    problems: [...(found.problems ?? []), ...problems],
  };
  return shownAs(report, reportTable);
}

function groupRows(
  { runs, network, settings }: RunGroup,
  titles: ReadonlyMap<string, string>,
  tables: ReadonlyMap<string, ReadonlySet<PaperTable>>,
): ReportRow[] {
  const [{ result }] = runs;
  const metrics = [...new Set(runs.flatMap((run) => Object.keys(run.result.metrics)))];
  const { mainMetrics } = protocolNamed(result.protocol);
  const main = metrics.filter((metric) => mainMetrics.test(metric));
  return metrics.map((metric) => {
    const isShare = !/rank|loss/i.test(metric);
    return {
      dataset: titles.get(datasetKey(result.dataset))!,
      classes: result.dataset.classes.length,
      protocol: result.protocol,
      settings,
      modality: result.modality,
      tower: result.tower,
      variant: result.network.variant,
      network,
      metric,
      isMain: main.length === 0 || main.includes(metric),
      isShare,
      ours: aggregate(runs, metric, isShare),
      paper: compareWithPaper(
        runs.map((run) => run.result),
        metric,
        tables.get(tableKey(result, metric)) ?? new Set(),
      ),
      allSettings: result.settings,
    };
  });
}

/** For each question, the paper's ablation tables that our rows belong to. */
function ablationTables(groups: readonly RunGroup[]): Map<string, Set<PaperTable>> {
  const tables = new Map<string, Set<PaperTable>>();
  for (const {
    runs: [{ result }],
  } of groups) {
    if (recognisePaperRow(result.network.changes ?? {}).row === 'full') continue;
    for (const metric of Object.keys(result.metrics)) {
      const key = tableKey(result, metric);
      const own = tables.get(key) ?? new Set();
      paperAnswers(result, metric).forEach(({ table }) => own.add(table));
      tables.set(key, own);
    }
  }
  return tables;
}

function tableKey({ dataset, protocol, modality, network }: ProtocolResult, metric: string): string {
  return canonical([datasetKey(dataset), protocol, modality, network.preset, metric]);
}

const datasetOrder: readonly string[] = Object.values(paperDatasets).map(({ title }) => title);

function byQuestion(a: ReportRow, b: ReportRow): number {
  const rank = (row: ReportRow) => {
    const at = datasetOrder.findIndex((title) => row.dataset.startsWith(title));
    return at < 0 ? datasetOrder.length : at;
  };
  return (
    rank(a) - rank(b) ||
    a.dataset.localeCompare(b.dataset, 'en') ||
    protocolNames.indexOf(a.protocol) - protocolNames.indexOf(b.protocol) ||
    evaluationModalities.indexOf(a.modality) - evaluationModalities.indexOf(b.modality) ||
    a.tower.localeCompare(b.tower) ||
    a.variant.localeCompare(b.variant) ||
    a.network.localeCompare(b.network, 'en', { numeric: true }) ||
    a.settings.localeCompare(b.settings, 'en', { numeric: true })
  );
}

function quoted(paths: readonly string[]): string {
  return paths.map((path) => `"${path}"`).join(', ');
}
