import { basename, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { Modality } from '../../config';
import { UserError } from '../../errors';
import { presetOption } from '../configOptions';
import { datasetOptions, openAs, type DatasetFlags } from '../datasetOptions';
import { withExamples } from '../help';
import { count } from '../optionValues';

interface WebFlags extends DatasetFlags {
  readonly out: string;
  readonly data?: string;
  readonly clips: number;
}

interface OnnxFlags extends NetworkFlags {
  readonly out: string;
  readonly tower: string;
}

interface NetworkFlags {
  readonly preset?: string;
}

const towers = ['vid_student', 'vid_teacher', 'aud_student', 'aud_teacher'];

/** `xkd export web`, a page around a network of one's own, and `xkd export onnx`, a backbone for other programs. */
export function register(program: Command): void {
  const group = program
    .command('export')
    .description(
      'Take a trained network elsewhere: a page that shows it in any browser, or a backbone in ONNX',
    );
  withExamples(group, [
    'xkd export web runs/first --out page',
    'xkd export onnx runs/first --tower vid_student --out vid_student.onnx',
  ]);
  registerWeb(group);
  registerOnnx(group);
}

function registerWeb(group: Command): void {
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

function registerOnnx(group: Command): void {
  const onnx = group
    .command('onnx')
    .description("Write a tower's backbone in ONNX: from any number of views to their features")
    .argument('<checkpoint>', 'run folder, checkpoint or file of weights')
    .addOption(
      new Option('--tower <name>', 'the tower whose backbone is written')
        .choices(towers)
        .makeOptionMandatory(),
    )
    .requiredOption('--out <file>', 'what to write, ending in .onnx')
    .addOption(presetOption('configuration of files without one'))
    .action(exportOnnx);
  withExamples(
    onnx,
    [
      'xkd export onnx runs/first --tower vid_student --out vid_student.onnx',
      'xkd export onnx vid_teacher.pth.tar --preset base --tower vid_teacher --out vid_teacher.onnx',
    ],
    'Input "view": [batch, 3, frames, size, size] or [batch, 1, bands, columns], as the network gets them; output "features": [batch, width], the mean of the patches. Operators of version 17, in single precision.',
  );
}

async function exportOnnx(checkpoint: string, { out, tower, preset }: OnnxFlags): Promise<void> {
  if (!out.endsWith('.onnx')) throw new UserError(`--out "${out}" must end in .onnx.`);
  const { openNetwork, requireTowers } = await import('../network');
  const { onnxTower, onnxOpset } = await import('../../weights');
  const { writeFileAtomic } = await import('../../files');
  const modality: Modality = tower.startsWith('vid') ? 'video' : 'audio';
  const open = await openNetwork({ checkpoint, preset, overrides: [] });
  try {
    const { network, step, source } = open;
    requireTowers(network, modality, tower.endsWith('student') ? 'student' : 'teacher');
    const about = { tower, source, preset: network.config.preset, step: step === null ? '' : String(step) };
    const backbone = network.scope.at(tower, 'backbone');
    const pieces = onnxTower({ config: network.config, modality, backbone, about });
    writeFileAtomic(out, (file) => pieces.forEach((piece) => file.append(piece)));
    const bytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    process.stdout.write(`${out}: ${tower}, opset ${onnxOpset}, ${(bytes / 1e6).toFixed(1)} MB\n`);
  } finally {
    open.dispose();
  }
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
    // The page may be published: the path to the run is nobody's concern.
    const made = writeWebPage({ network, name: basename(resolve(run)), step, entries, clips, out });
    const size = (bytes: number) => (bytes / 1e6).toFixed(1);
    process.stdout.write(
      `${made.page}: ${size(made.bytes)} MB, of it weights ${size(made.weights)} MB; ${made.clips === 0 ? 'clips of the sample set' : `${made.clips} clips`}\n`,
    );
  } finally {
    open.dispose();
  }
}
