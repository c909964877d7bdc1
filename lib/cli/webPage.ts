import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import type { MediaEntry } from '../data';
import { UserError } from '../errors';
import { makeFolder, projectPath } from '../files';
import { encodeHeader } from '../files/tensors/safetensorsHeader';
import { bytesOf, type TensorSource } from '../files/tensors/tensorSource';
import type { TrainState } from '../train';

export interface WebPageArgs {
  readonly network: TrainState;
  /** Name of the network on the page. */
  readonly name: string;
  readonly step: number | null;
  readonly entries: readonly MediaEntry[];
  /** Largest number of clips. */
  readonly clips: number;
  readonly out: string;
}

/** Files that browsers decode, and the size above which one is left out [bytes]. */
const decoded = new Set(['.mp4', '.m4v', '.webm', '.mov']);
const largestClip = 4e6;
const largestPage = 256e6;

/**
 * Writes the playground around a network and clips: a folder with one page.
 *
 * @returns path of the page, its size [bytes], that of the weights in it, and the number of clips
 * @throws UserError if none of the given clips can be shown by a browser, or the folder cannot be written
 */
export function writeWebPage(args: WebPageArgs): {
  page: string;
  bytes: number;
  weights: number;
  clips: number;
} {
  const { network, name, step, out } = args;
  const weights = halfPrecision(network);
  const clips = chosenClips(args).map(({ path, label }) => ({
    name: basename(path),
    label: label ?? '',
    data: readFileSync(path).toString('base64'),
  }));
  makeFolder(out);
  const page = join(resolve(out), 'index.html');
  const { status, stderr } = spawnSync(
    process.execPath,
    [projectPath('scripts', 'site', 'export-page.mjs'), page],
    {
      input: JSON.stringify({
        name,
        config: network.config,
        step,
        weights: weights.toString('base64'),
        clips,
      }),
      encoding: 'utf8',
      maxBuffer: largestPage,
    },
  );
  if (status !== 0) throw new UserError(`"${page}" could not be written: ${lastLine(stderr)}.`);
  return { page, bytes: statSync(page).size, weights: weights.length, clips: clips.length };
}

/** All weights and centres as a safetensors file in 16 bits. */
function halfPrecision({ tensors }: TrainState): Buffer {
  const sources = new Map(
    [...tensors.weights].map(([name, tensor]): [string, TensorSource] => [
      name,
      { dtype: 'F16', shape: tensor.shape, data: () => tensor.dataSync<'float32'>() },
    ]),
  );
  const parts = [...sources].map(([name, source]) => bytesOf(name, source));
  return Buffer.concat([encodeHeader(sources, {}), ...parts]);
}

/** Clips that a browser decodes, evenly spread over those of the test split, or over all if it has none. */
function chosenClips({ entries, clips }: WebPageArgs): MediaEntry[] {
  if (entries.length === 0) return [];
  const test = entries.filter(({ split }) => split === 'test');
  const asked = test.length > 0 ? test : entries;
  const shown = asked.filter(
    ({ path, stored }) =>
      stored === undefined && decoded.has(extname(path).toLowerCase()) && statSync(path).size <= largestClip,
  );
  if (shown.length === 0)
    throw new UserError(
      `None of the ${asked.length} clips is an MP4, WebM or MOV file of at most ${largestClip / 1e6} MB, which a browser shows; give others with --data, or leave it out.`,
    );
  const count = Math.min(clips, shown.length);
  return Array.from({ length: count }, (_, i) => shown[Math.floor((i * shown.length) / count)]);
}

function lastLine(text: string): string {
  return (text.trim().split('\n').pop() ?? '').replace(/\.$/, '');
}
