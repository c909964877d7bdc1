import type { Command } from 'commander';
import { withExamples } from '../help';
import { Progress } from '../progress';
import { stateDictOption } from '../weightsOptions';

interface InspectFlags {
  readonly json?: boolean;
  readonly check?: boolean;
  readonly stateDict?: string;
}

/** `xkd inspect`: shows the contents of a weight file or of a run's newest checkpoint. */
export function register(program: Command): void {
  const command = program
    .command('inspect')
    .description('List the tensors, configuration and training step of a file of weights')
    .argument(
      '<path>',
      'run folder, checkpoint, .safetensors, .pth, .pth.tar or .pt file, or folder of a model hub',
    )
    .option('--json', 'print one JSON object instead of tables')
    .option('--check', 'read every tensor and compare it with its hash or checksum')
    .action(run);
  stateDictOption(command);
  withExamples(command, ['xkd inspect runs/first', 'xkd inspect vid_teacher.pth.tar --check']);
}

async function run(path: string, { json, check, stateDict }: InspectFlags): Promise<void> {
  const { inspectWeights } = await import('../../weights');
  const { formatInspection } = await import('../inspectTable');
  let progress: Progress | undefined;
  try {
    const onProgress = (done: number, total: number) => {
      progress ??= new Progress({ label: 'check', total: megabytes(total), unit: 'MB' });
      progress.update(megabytes(done));
    };
    const inspection = await inspectWeights(path, { check, stateDict, onProgress });
    progress?.stop();
    process.stdout.write(json ? `${JSON.stringify(inspection, null, 2)}\n` : formatInspection(inspection));
  } finally {
    progress?.stop();
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
