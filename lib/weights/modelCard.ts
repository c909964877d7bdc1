import { basename } from 'node:path';
import { stringify } from 'yaml';
import { configChanges, lossSums, variantNames } from '../config';
import { escapeMarkdown } from '../eval/report/markdown';
import { type ProtocolResult, protocolTable } from '../eval/results';
import { valueCount } from '../files';
import type { RunFigures } from './runFigures';
import type { WeightSet } from './weightSet';

export interface ModelCardArgs {
  readonly name: string;
  readonly set: WeightSet;
  /** Null if the weights do not come from a run folder. */
  readonly figures: RunFigures | null;
}

/**
 * A model card: what the weights are, how they were trained, and what was measured. Everything comes from the weights
 * and the run's own files. Folders appear by name, without their path.
 */
export function modelCard(args: ModelCardArgs): string {
  const { name, set, figures } = args;
  const sections = [
    `# ${escapeMarkdown(name)}`,
    aboutText(set),
    '## Use',
    useText(set),
    '## Training',
    figures === null
      ? 'The weights come from a file that tells nothing of their training.'
      : trainingText(args),
    '## Measured figures',
    ...resultSections(args),
  ];
  return `---\n${stringify(frontMatter(args))}---\n\n${sections.join('\n\n')}\n`;
}

/** Metadata that hubs parse: library, tags, and results in their format. */
function frontMatter({ name, set, figures }: ModelCardArgs): Record<string, unknown> {
  const modalities = set.modality === null ? ['video', 'audio'] : [set.modality];
  const results = (figures?.results ?? []).map(indexEntry);
  return {
    library_name: 'xkd',
    pipeline_tag: 'feature-extraction',
    tags: ['xkd', 'self-supervised-learning', 'knowledge-distillation', ...modalities],
    ...(results.length > 0 && { 'model-index': [{ name, results }] }),
  };
}

function indexEntry({
  protocol,
  dataset,
  modality,
  tower,
  metrics,
}: ProtocolResult): Record<string, unknown> {
  const type = modality === 'audio' ? 'audio-classification' : 'video-classification';
  return {
    task: { type, name: `${protocol}, ${featuresText({ modality, tower })}` },
    dataset: { type: dataset.name, name: datasetText(dataset) },
    metrics: Object.entries(metrics).map(([metric, value]) => ({
      type: metric === 'top1' ? 'accuracy' : metric,
      value,
      name: metric,
    })),
  };
}

function aboutText({ kind, modality, config, tensors }: WeightSet): string {
  const sources = new Set(tensors.values());
  const values = [...sources].reduce((sum, { shape }) => sum + valueCount(shape), 0);
  const types = [...new Set([...sources].map(({ dtype }) => dtype))].sort().join(', ');
  const what =
    kind === 'backbone'
      ? `One ${modality ?? ''} backbone of XKD`
      : 'Students, teachers, heads and decoders of XKD (cross-modal knowledge distillation of video and audio)';
  const lines = [`${what}: ${(values / 1e6).toFixed(2)} million values in ${types}.`];
  if (config !== null) {
    const changes = Object.entries(configChanges(config)).map(
      ([key, value]) => `${key}=${JSON.stringify(value)}`,
    );
    const changed =
      changes.length === 0 ? '' : `, changed by ${changes.map((each) => `\`${each}\``).join(', ')}`;
    lines.push(`Variant ${variantNames[config.sharing]}; preset \`${config.preset}\`${changed}.`);
    lines.push('`config.json` has the whole configuration.');
  }
  return lines.join(' ');
}

function useText({ kind }: WeightSet): string {
  const command = kind === 'backbone' ? 'xkd probe --checkpoint FOLDER' : 'xkd convert FOLDER runs/again';
  return [
    '```',
    `npx ${command}${kind === 'backbone' ? ' --data DATA' : ''}`,
    '```',
    '',
    'In Python `safetensors.torch.load_file("model.safetensors")` gives the state dict, by the names of the authors’ release.',
  ].join('\n');
}

function trainingText({ set: { step, config }, figures }: ModelCardArgs): string {
  const { run, first, last } = figures!;
  const rows: [string, string][] = [];
  if (run !== null) rows.push(['data', `${basename(run.data)}, ${run.clips} clips`]);
  if (step !== null) {
    const epochs = run === null ? '' : ` of ${run.steps}, ${(step / run.stepsPerEpoch).toFixed(1)} epochs`;
    rows.push(['steps', `${step}${epochs}`]);
  }
  if (config !== null) {
    rows.push(['batch', `${config.training.batch} clips`]);
    rows.push(['precision', config.training.precision], ['seed', String(config.seed)]);
  }
  if (run !== null) {
    rows.push(['machine', `${run.machine.device ?? 'unknown device'}, ${run.machine.processors} processors`]);
    const versions = Object.entries(run.versions).filter(([, version]) => version);
    rows.push(['versions', versions.map(([name, version]) => `${name} ${version}`).join(', ')]);
  }
  const losses = [first, last].flatMap((row) =>
    row === null ? [] : [[`step ${row.step}`, ...lossSums.map((name) => digits(row[name]))]],
  );
  const lossTable = losses.length === 0 ? [] : [table(['loss', ...lossSums], losses)];
  return [table(['what', 'value'], rows), ...lossTable].join('\n\n');
}

function resultSections({ set: { step }, figures }: ModelCardArgs): string[] {
  const results = figures?.results ?? [];
  if (results.length === 0) {
    return [
      figures === null
        ? 'None are known of a file of weights alone.'
        : `The run holds no results of \`xkd evaluate\` with the weights of step ${step ?? 'unknown'}.`,
    ];
  }
  return results.flatMap((result) => {
    const { rows, notes = [] } = protocolTable(result);
    const { protocol, dataset, modality, tower, seed } = result;
    const title = `${protocol} on ${datasetText(dataset)} (${dataset.classes.length} classes): ${featuresText({ modality, tower })}, seed ${seed}`;
    const columns = Object.keys(rows[0] ?? {});
    const cells = rows.map((row) => columns.map((column) => String(row[column] ?? '')));
    // The first note gives the network's path.
    return [`### ${escapeMarkdown(title)}`, table(columns, cells), ...notes.slice(1).map(escapeMarkdown)];
  });
}

function featuresText({ modality, tower }: Pick<ProtocolResult, 'modality' | 'tower'>): string {
  return modality === 'both' ? `features of both ${tower}s` : `features of the ${modality} ${tower}`;
}

function datasetText({ name, root, original = root }: ProtocolResult['dataset']): string {
  return name === 'folder' ? basename(original) || name : name;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return [line(head), `| ${head.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n');
}

function digits(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '' : String(Number(value.toPrecision(4)));
}
