import type { Command } from 'commander';
import type { ParityReport } from '../../parity';
import type { World } from '../../ranks';
import { withExamples } from '../help';
import { type ProcessFlags, onProcesses, processesOption } from '../processes';

interface ParityFlags extends ProcessFlags {
  json?: boolean;
  compiled?: boolean;
  tensors?: boolean;
}

/** `xkd parity PREFIX`: replays a run recorded with the authors' code and prints the differences. */
export function register(program: Command): void {
  const command = program
    .command('parity')
    .description(
      'Replay a recorded run of the original and print the largest errors; exit code 1 beyond tolerance',
    )
    .argument('<prefix>', 'path of PREFIX.json and PREFIX.safetensors')
    .option('--json', 'print one JSON object')
    .option('--compiled', 'take the steps as a traced graph, as training does, instead of op by op')
    .option('--tensors', 'list every figure and tensor, worst first')
    .addOption(processesOption())
    .action(async (prefix: string, options: ParityFlags) =>
      onProcesses(options, (world) => replay(prefix, options, world)),
    );
  withExamples(command, [
    'xkd parity test/golden/base',
    ['xkd parity test/golden/base --compiled --tensors', 'as training computes, with all figures'],
    [
      'xkd parity test/golden/base --processes 2',
      'as a run on several processes computes, with half of the clips each',
    ],
  ]);
}

async function replay(prefix: string, options: ParityFlags, world: World | null): Promise<void> {
  // TensorFlow is loaded only by commands that need it, when they run.
  const { runParity } = await import('../../parity');
  const { CompiledEngine } = await import('../../train');
  const report = await runParity(prefix, options.compiled ? new CompiledEngine() : undefined, world);
  if (world?.isFirst ?? true)
    process.stdout.write(
      options.json ? jsonReport(report, options.tensors) : textReport(report, options.tensors),
    );
  if (!report.passed) process.exitCode = 1;
}

function jsonReport({ rows, ...report }: ParityReport, tensors = false): string {
  return `${JSON.stringify(tensors ? { ...report, rows } : report, null, 2)}\n`;
}

function textReport(report: ParityReport, tensors = false): string {
  const lines = [`${report.prefix}: ${report.steps} steps`];
  for (const [group, { name, error, tolerance }] of Object.entries(report.largest)) {
    const verdict = error <= tolerance ? 'ok' : 'BEYOND TOLERANCE';
    lines.push(
      `${group.padEnd(10)} ${error.toExponential(2).padStart(9)}  (at most ${tolerance.toExponential(0)})  ${verdict}  ${name}`,
    );
  }
  if (tensors) {
    const worstFirst = [...report.rows].sort((a, b) => b.error - a.error);
    lines.push(
      ...worstFirst.map(({ group, name, error }) => `  ${error.toExponential(2)}  ${group}  ${name}`),
    );
  }
  return `${lines.join('\n')}\n`;
}
