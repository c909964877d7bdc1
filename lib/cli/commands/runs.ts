import type { Command } from 'commander';
import { compareRuns } from '../../train/runs/compareRuns';
import { withExamples } from '../help';
import { formatRuns, runsAsJson } from '../runsTable';

/**
 * `xkd runs DIR...`: shows a table of pretraining runs, with the differences of their configurations and their
 * progress.
 */
export function register(program: Command): void {
  const command = program
    .command('runs')
    .description(
      'Compare pretraining runs: where they stand, their last losses, what differs in configuration',
    )
    .argument('<folders...>', 'run folders, or folders above them')
    .option('--json', 'print one JSON object instead of a table')
    .action((folders: string[], { json }: { json?: boolean }) => {
      const comparison = compareRuns(folders);
      process.stdout.write(json ? runsAsJson(comparison) : formatRuns(comparison));
    });
  withExamples(command, ['xkd runs runs', 'xkd runs runs/first runs/half --json']);
}
