import { paperRowTitles, recognisePaperRow } from '../paper';
import type { ProtocolResult } from '../results';
import { canonical, datasetKey, groupBy } from './distinctRuns';
import type { FoundResult } from './findResults';

/** Runs that differ only in their seeds. */
export interface RunGroup {
  readonly runs: readonly FoundResult[];
  /** The network in words: preset, steps and changes. */
  readonly network: string;
  /** Settings that distinguish the group from otherwise equal ones, such as `neighbours=20`. */
  readonly settings: string;
}

export interface GroupedRuns {
  readonly groups: readonly RunGroup[];
  readonly notes: readonly string[];
}

/** Number of changes that are named; the rest, if more than one, is only counted. */
const mostChanges = 4;

/** Groups the runs that are averaged together. */
export function groupRuns(runs: readonly FoundResult[]): GroupedRuns {
  const groups: RunGroup[] = [];
  const notes: string[] = [];
  for (const siblings of groupBy(runs, ({ result }) => questionKey(result)).values()) {
    const bySettings = groupBy(siblings, ({ result }) => canonical(result.settings));
    const varied = variedSettings([...bySettings.values()].map(([{ result }]) => result.settings));
    for (const members of bySettings.values()) {
      const { settings, network } = members[0].result;
      const words = varied.map((key) => `${key}=${valueText(settings[key])}`).join(', ');
      const twins = sameSeedOtherWeights(members);
      if (!twins) {
        groups.push({ runs: members, network: networkWords(network), settings: words });
        continue;
      }
      notes.push(
        `${twins.map(({ path }) => `"${path}"`).join(' and ')} are of networks of one configuration and seed but other weights, so each network has a row of its own.`,
      );
      for (const own of groupBy(members, ({ result }) => result.network.hash).values()) {
        const { source } = own[0].result.network;
        groups.push({ runs: own, network: `${networkWords(network)}, ${source}`, settings: words });
      }
    }
  }
  return { groups, notes };
}

/** Changes of a configuration, as `key=value`. */
export function changeWords(changes: Readonly<Record<string, unknown>>, keys: readonly string[]): string[] {
  return keys.map((key) => `${key}=${valueText(changes[key])}`);
}

function questionKey({ dataset, protocol, modality, tower, network }: ProtocolResult): string {
  const { preset, variant, step, changes = {} } = network;
  return canonical([datasetKey(dataset), protocol, modality, tower, preset, variant, step, changes]);
}

function networkWords({ preset, step, changes = {} }: ProtocolResult['network']): string {
  const { row, others } = recognisePaperRow(changes);
  const keys = row === null ? Object.keys(changes) : others;
  // The steps are named in any case.
  const told = keys.filter((key) => key !== 'training.steps' || changes[key] !== step);
  const words = changeWords(changes, told);
  const named = words.length > mostChanges + 1 ? mostChanges : words.length;
  return [
    preset,
    ...(step === null ? [] : [step === 0 ? 'untrained' : `${step} steps`]),
    ...(row === null || row === 'full' ? [] : [paperRowTitles[row]]),
    ...words.slice(0, named),
    ...(named < words.length ? [`${words.length - named} more changes`] : []),
  ].join(', ');
}

/** Keys whose values are not the same everywhere. */
function variedSettings(all: readonly ProtocolResult['settings'][]): string[] {
  const keys = [...new Set(all.flatMap((settings) => Object.keys(settings)))];
  return keys.filter((key) => new Set(all.map((settings) => canonical(settings[key] ?? null))).size > 1);
}

/**
 * Two runs whose networks have the same seed but different weights: they differ in something that the files don't
 * record.
 */
function sameSeedOtherWeights(runs: readonly FoundResult[]): [FoundResult, FoundResult] | null {
  for (const a of runs) {
    const b = runs.find(
      ({ result: { network } }) =>
        network.seed === a.result.network.seed && network.hash !== a.result.network.hash,
    );
    if (b) return [a, b];
  }
  return null;
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
}
