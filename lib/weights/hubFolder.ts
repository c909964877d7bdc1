import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type XkdConfig, validateConfig, withoutHubWords } from '../config';
import { UserError } from '../errors';
import { checkpointFile, listCheckpoints } from '../train';

/*
 * Layout in which model hubs and their libraries store a network: a folder with `model.safetensors`, `config.json` and
 * a model card, `README.md`.
 */

export const hubFiles = { weights: 'model.safetensors', config: 'config.json', card: 'README.md' } as const;
/** Weight file of libraries that don't write safetensors. */
const torchWeights = 'pytorch_model.bin';
const shardLists = ['model.safetensors.index.json', 'pytorch_model.bin.index.json'];

/** True if a folder has the layout of model hubs, and is not a run folder. */
export function isHubFolder(path: string): boolean {
  if (listCheckpoints(path).length > 0) return false;
  return [hubFiles.weights, torchWeights, ...shardLists].some((name) => existsSync(join(path, name)));
}

/**
 * Weight file of a folder: a run folder's newest checkpoint, or a hub folder's file.
 *
 * @throws UserError if the folder holds neither
 */
export function fileOfFolder(path: string): string {
  if (!isHubFolder(path)) return checkpointFile(path);
  const found = [hubFiles.weights, torchWeights].find((name) => existsSync(join(path, name)));
  if (found !== undefined) return join(path, found);
  throw new UserError(
    `"${path}" holds its weights in several files, which are not put together here; in Python, save them as one: model.save_pretrained(DIR, max_shard_size="100GB").`,
  );
}

/** Configuration of a hub folder; null if it is another library's. */
export function folderConfig(path: string): XkdConfig | null {
  const file = join(path, hubFiles.config);
  return existsSync(file) ? parseConfig(readFileSync(file, 'utf8')) : null;
}

/** Null if the text is not a configuration of ours: other programs use the same file names. */
export function parseConfig(text: string): XkdConfig | null {
  try {
    return validateConfig(withoutHubWords(JSON.parse(text) as Record<string, unknown>));
  } catch (error) {
    if (error instanceof UserError || error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}
