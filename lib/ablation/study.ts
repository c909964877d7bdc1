import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { Overrides } from '../config';
import { UserError } from '../errors';
import { readYaml } from '../files/readYaml';
import { wrongValue } from '../wrongValue';
import { ablationRows, rowTrainings, type AblationRow } from './rows';
import { type SeedRule, usualSeedRule } from './seedRule';

const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({});
const points = z.number().min(0).max(100);

const ownRow = z.strictObject({
  name: z.string().regex(/^[\w.-]+$/, 'is made of letters, digits, dots, dashes and underscores'),
  title: z.string().optional(),
  /** Its changes to the configuration that all rows share. */
  values,
  /** Row that it is compared with; default: the first one, as for our rows whose own one is not in the study. */
  against: z.string().optional(),
  /** Probability that the visible class equals the audible one; for sample sets only. */
  commonShare: z.number().min(0).max(1).default(1),
  training: z.enum(rowTrainings).default('losses'),
});

const studySchema = z.strictObject({
  preset: z.string().default('nano'),
  /** Folder of a data set, relative to the file. */
  data: z.string().optional(),
  steps: z.int().min(1).optional(),
  /** Steps between probes of networks during their training. */
  probeEvery: z.int().min(1).optional(),
  /** Changes to the preset for all rows. */
  values,
  seeds: z
    .union([
      z.int().min(1),
      z.strictObject({
        portion: z.int().min(2).default(usualSeedRule.portion),
        most: z.int().min(2).default(usualSeedRule.most),
        within: points.default(100 * usualSeedRule.halfWidth),
        margin: points.default(100 * usualSeedRule.margin),
      }),
    ])
    .optional(),
  /** Names of the rows of `xkd ablate`, and rows of one's own. */
  rows: z.array(z.union([z.string(), ownRow])).min(1),
});

type RuleInPoints = Exclude<z.infer<typeof studySchema>['seeds'], number | undefined>;

/** A study of one's own: what `xkd ablate` trains and compares in place of the paper's rows. */
export interface Study {
  readonly preset: string;
  /** Absolute path; null: the sample set. */
  readonly data: string | null;
  readonly steps?: number;
  readonly probeEvery?: number;
  readonly overrides: Overrides;
  readonly rows: readonly AblationRow[];
  /** Number of seeds, if all rows have the same. */
  readonly seeds?: number;
  /** Rule that adds seeds, if one does. */
  readonly rule?: SeedRule;
}

/**
 * Reads a study from a file of YAML.
 *
 * @throws UserError naming what is wrong in it
 */
export function readStudy(path: string): Study {
  const content = readYaml(path);
  const parsed = studySchema.safeParse(content);
  if (!parsed.success) {
    throw new UserError(
      `"${path}" is not a study (${wrongValue(parsed.error, content).sentence}); docs/ablation.md shows one.`,
    );
  }
  const { preset, data, steps, probeEvery, values: overrides, seeds } = parsed.data;
  const rule = typeof seeds === 'object' ? ruleOf(seeds) : undefined;
  if (rule && rule.most < rule.portion) {
    throw new UserError(
      `"${path}": seeds.most is ${rule.most}, fewer than the first portion of ${rule.portion}.`,
    );
  }
  return {
    preset,
    data: data === undefined ? null : resolve(dirname(path), data),
    steps,
    probeEvery,
    overrides,
    rows: rowsOf(path, parsed.data.rows),
    ...(typeof seeds === 'number' && { seeds }),
    ...(rule && { rule }),
  };
}

function ruleOf({ within, margin, ...portions }: RuleInPoints): SeedRule {
  return { ...portions, halfWidth: within / 100, margin: margin / 100 };
}

function rowsOf(path: string, given: z.infer<typeof studySchema>['rows']): AblationRow[] {
  const first = typeof given[0] === 'string' ? given[0] : given[0].name;
  const names = given.map((each) => (typeof each === 'string' ? each : each.name));
  const rows = given.map((each) => {
    if (typeof each !== 'string') return rowOf(each, first);
    const row = knownRow(path, each);
    return names.includes(row.against) ? row : { ...row, against: first };
  });
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UserError(`"${path}" has two rows "${twice}": give one another name.`);
  for (const { name, against, commonShare } of rows) {
    const other = rows.find((row) => row.name === against);
    if (other === undefined) {
      throw new UserError(
        `"${path}": the row "${name}" is compared with "${against}", which is not among the rows; add it, or name another one as its "against".`,
      );
    }
    if (other.commonShare !== commonShare) {
      throw new UserError(
        `"${path}": the row "${name}" is compared with "${against}" on other data; give both the same commonShare.`,
      );
    }
  }
  return rows;
}

function knownRow(path: string, name: string): AblationRow {
  const row = ablationRows.find((each) => each.name === name);
  if (row !== undefined) return row;
  const known = ablationRows.map((each) => each.name).join(', ');
  throw new UserError(
    `"${path}": there is no row "${name}"; choose from ${known}, or write a row of your own with its name and values.`,
  );
}

function rowOf(row: z.infer<typeof ownRow>, first: string): AblationRow {
  const { name, title = name, values: overrides, against = first, commonShare, training } = row;
  return {
    name,
    title,
    overrides,
    commonShare,
    against,
    isControl: false,
    isOurs: true,
    ...(training !== 'losses' && { training }),
  };
}
