import type { Command } from 'commander';
import { UserError } from '../../errors';
import { datasetOptions, openAs, type DatasetFlags } from '../datasetOptions';
import { withExamples } from '../help';
import { count } from '../optionValues';

interface WebFlags extends DatasetFlags {
  readonly out: string;
  readonly data?: string;
  readonly clips: number;
}

/** `xkd export web`: the playground around a network of one's own. */
export function register(program: Command): void {
  const group = program
    .command('export')
    .description('Take a trained network elsewhere: a page that shows it in any browser');
  withExamples(group, ['xkd export web runs/first --out page', 'xkd export web --help']);
  const web = group
    .command('web')
    .description(
      'Make a page that shows a network with its clips, and needs no server: the playground around it',
    )
    .argument('<run>', 'run folder or checkpoint')
    .requiredOption('--out <folder>', 'where the page goes')
    .option('--clips <n>', 'largest number of clips on the page', count, 40);
  datasetOptions(web, {
    description: 'clips to show: a folder of videos (default: clips of the sample set, drawn by the page)',
    required: false,
  });
  web.action(exportWeb);
  withExamples(
    web,
    ['xkd export web runs/first --out page', 'xkd export web runs/first --data videos --clips 20 --out page'],
    'The page is one file with all that it needs: open it, or put it on any static host. Weights are rounded to 16 bits; clips are copied as they are.',
  );
}

async function exportWeb(run: string, { out, data, clips, ...flags }: WebFlags): Promise<void> {
  const { openNetwork } = await import('../network');
  const { TrainState } = await import('../../train');
  const { openDataset } = await import('../../data');
  const { writeWebPage } = await import('../webPage');
  const dataset = data === undefined ? null : await openDataset(data, openAs(flags));
  const open = await openNetwork({ checkpoint: run, overrides: [] });
  try {
    const { network, step } = open;
    if (!(network instanceof TrainState))
      throw new UserError(
        `"${run}" holds backbones alone, and the page shows decoders and heads as well; give a run folder or a checkpoint.`,
      );
    const entries = dataset?.entries ?? [];
    const made = writeWebPage({ network, name: run, step, entries, clips, out });
    const size = (bytes: number) => (bytes / 1e6).toFixed(1);
    process.stdout.write(
      `${made.page}: ${size(made.bytes)} MB, of it weights ${size(made.weights)} MB; ${made.clips === 0 ? 'clips of the sample set' : `${made.clips} clips`}\n`,
    );
  } finally {
    open.dispose();
  }
}
