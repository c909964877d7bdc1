import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from 'xkd/dist/errors';
import { makeFolder, writeSafetensors, type TensorSource } from 'xkd/dist/files';
import { drawFeatures } from './features';

/** Our solver and scikit-learn's on the same features. */
export interface SvmRow {
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
  readonly cost: number;
  /** For all classes. */
  readonly seconds: number;
  readonly passes: number;
  readonly accuracy: number;
  readonly sklearn: SklearnSide | null;
}

/** Time of LinearSVC, and both objectives, computed in float64 by the same code. */
export interface SklearnSide {
  readonly version: string;
  readonly seconds: number;
  /** Number of one-vs-rest problems it was given. */
  readonly problems: number;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** True if it ended without a warning. */
  readonly converged: boolean;
  /** On the test rows; null if it was not given all classes. */
  readonly accuracy: number | null;
}

export interface SvmBenchArgs {
  readonly rows: readonly number[];
  readonly folder: string;
  readonly sklearn: { readonly python: string; readonly script: string } | null;
  readonly onProgress: (text: string) => void;
}

const columns = 768;
const cost = 0.1;
const testRows = 2000;
/** Up to this number of rows LinearSVC gets all classes; with more rows only some, because each takes more time. */
const wholeRows = 5000;
const [wholeClasses, classes, someProblems] = [20, 101, 4];

/** Fits linear SVMs to random features, then passes the same features to LinearSVC. */
export async function runSvmBench(args: SvmBenchArgs): Promise<SvmRow[]> {
  makeFolder(args.folder);
  const folder = mkdtempSync(join(args.folder, 'svm-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  try {
    const measured: SvmRow[] = [];
    for (const rows of args.rows) measured.push(await measure(args, rows, join(folder, 'job.safetensors')));
    return measured;
  } finally {
    process.off('exit', remove);
    remove();
  }
}

async function measure({ sklearn, onProgress }: SvmBenchArgs, rows: number, file: string): Promise<SvmRow> {
  const { decisionValues, fitLinearSvms, rowsInMemory, topKAccuracy } = await import('xkd/dist/eval');
  const K = rows <= wholeRows ? wholeClasses : classes;
  onProgress(`svm: drawing ${rows} rows`);
  const draw = drawFeatures(columns, K);
  const train = draw(rows);
  const test = draw(testRows);
  onProgress(`svm: ours, ${rows} rows, ${K} classes`);
  const begin = performance.now();
  const [model] = await fitLinearSvms({
    rows: rowsInMemory(train.features),
    labels: train.labels,
    classes: K,
    costs: [cost],
  });
  const seconds = (performance.now() - begin) / 1000;
  const accuracy = topKAccuracy(decisionValues(model, test.features), test.labels, 1);
  const row = { rows, columns, classes: K, cost, seconds, passes: model.passes, accuracy };
  if (sklearn === null) return { ...row, sklearn: null };
  const matrix = (data: Float32Array, shape: number[]): TensorSource => ({ dtype: 'F32', shape, data });
  const labels = (data: Int32Array): TensorSource => ({ dtype: 'I32', shape: [data.length], data });
  writeSafetensors(
    file,
    new Map<string, TensorSource>([
      ['x', matrix(train.features.data, [rows, columns])],
      ['y', labels(train.labels)],
      ['x_test', matrix(test.features.data, [testRows, columns])],
      ['y_test', labels(test.labels)],
      ['weights', matrix(Float32Array.from(model.weights), [K, columns])],
      ['bias', matrix(Float32Array.from(model.bias), [K])],
    ]),
  );
  const problems = rows <= wholeRows ? K : someProblems;
  onProgress(`svm: scikit-learn, ${rows} rows, ${problems} of ${K} classes`);
  return { ...row, sklearn: await runSklearn(sklearn, { file, cost, problems }) };
}

function runSklearn(side: NonNullable<SvmBenchArgs['sklearn']>, job: object): Promise<SklearnSide> {
  return new Promise((resolve, reject) => {
    const child = execFile(side.python, [side.script], (error, stdout, stderr) => {
      if (!error) return resolve(JSON.parse(stdout) as SklearnSide);
      const reason = stderr.trim().split('\n').at(-1) ?? error.message;
      reject(new UserError(`scikit-learn could not be run (${reason}); remove .bench/venv and start again.`));
    });
    child.stdin!.end(JSON.stringify(job));
  });
}
