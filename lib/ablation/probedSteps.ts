import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder, writeFileAtomic } from '../files';
import { readJson } from '../files/readJson';

const share = z.number().min(0).max(1);

export const probedStepSchema = z.strictObject({
  /** Number of steps taken. */
  step: z.int().min(0),
  /** Top-1 of the logistic regression on the students' features, from 0 to 1. */
  video: share,
  audio: share,
});

/** What a network knew when it was probed during its training. */
export type ProbedStep = Readonly<z.infer<typeof probedStepSchema>>;

const fileSchema = z.strictObject({ format: z.literal(1), probes: z.array(probedStepSchema) });

/**
 * The probes of a job taken so far, by steps.
 *
 * @throws UserError if the file is damaged
 */
export function readProbedSteps(folder: string): ProbedStep[] {
  const path = join(folder, probesFile);
  if (!existsSync(path)) return [];
  return readJson(
    path,
    fileSchema,
    (wrong) =>
      `"${path}" holds no probes of an ablation's job (${wrong}); remove it, and its probes are missing from the curves.`,
  ).probes;
}

/** Adds a probe to those of a job. */
export function recordProbedStep(folder: string, probe: ProbedStep): void {
  const probes = [...readProbedSteps(folder), probe].sort((a, b) => a.step - b.step);
  makeFolder(folder);
  writeFileAtomic(join(folder, probesFile), `${JSON.stringify({ format: 1, probes })}\n`);
}

const probesFile = 'probes.json';
