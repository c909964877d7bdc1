import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors';
import { makeFolder, writeFileAtomic } from '../files';
import { readJson } from '../files/readJson';
import { jobFolder } from './jobResult';
import type { AblationJob } from './plan';

const pathsSchema = z.array(z.string()).min(1);

/** Records in a job's folder which weights its frozen teachers are given; nothing for other jobs. */
export function recordGivenWeights(out: string, job: AblationJob): void {
  if (job.init === undefined) return;
  makeFolder(jobFolder(out, job));
  writeFileAtomic(givenPath(out, job), `${JSON.stringify(job.init.map((path) => resolve(path)))}\n`);
}

/**
 * @throws UserError if a job was begun with other weights than it is given now: the seeds of a row have the same teachers
 */
export function requireSameWeights(out: string, job: AblationJob): void {
  const path = givenPath(out, job);
  if (job.init === undefined || !existsSync(path)) return;
  const before = readJson(
    path,
    pathsSchema,
    (wrong) => `"${path}" is damaged (${wrong}); remove its folder.`,
  );
  if (String(before) === String(job.init.map((each) => resolve(each)))) return;
  throw new UserError(
    `"${jobFolder(out, job)}" was begun with teachers from "${before.join('", "')}": give them again with --init, or choose another --out.`,
  );
}

function givenPath(out: string, job: AblationJob): string {
  return join(jobFolder(out, job), 'given-weights.json');
}
