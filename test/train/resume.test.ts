import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type BatchSource,
  type StepMetrics,
  type TrainState,
  UserError,
  type ViewBatch,
  changeOfClips,
  fingerprintClips,
  listCheckpoints,
  loadCheckpoint,
  readCheckpointInfo,
  readMetricsFile,
  requireSameRun,
  runCheckpoints,
  runLength,
  watchInterrupt,
} from 'xkd/internal';
import { endedOwner } from '../support/owners';
import { config, entries, finish, open, said, source, weightsOf } from '../support/runs';
import { tinyConfig } from '../support/tiny';

const { readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } = fs;

/** Weights, centres, moments and counts. */
function valuesOf({ tensors, updates }: TrainState): unknown {
  const groups = [tensors.weights, tensors.first, tensors.second];
  return [
    updates,
    ...groups.map((group) => [...group].map(([name, tensor]) => [name, [...tensor.dataSync()]])),
  ];
}

function withoutTime(row: StepMetrics): unknown {
  return { ...row, secondsPerStep: 0 };
}

describe('resuming', () => {
  let folder: string;
  let out: string;
  /** The uninterrupted run. */
  let whole: { values: unknown; rows: unknown };
  before(async () => {
    const run = await open(null);
    whole = { rows: (await finish(run)).map(withoutTime), values: valuesOf(run.state) };
    run.state.dispose();
  });
  beforeEach(() => (out = join((folder = fs.mkdtempSync(join(tmpdir(), 'xkd-resume-'))), 'run')));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A run that is cut off after this many steps. It has checkpoints at multiples of 3 and at its end. */
  async function cutOff(steps: number): Promise<void> {
    const run = await open(out);
    await finish(run, steps);
    run.state.dispose();
  }

  /** Continues to the end. Returns the reports and the steps taken. */
  async function goOn(): Promise<{ reports: string[]; steps: number[] }> {
    const reports: string[] = [];
    const run = await open(out, { resume: true, report: (sentence) => reports.push(sentence) });
    const rows = await finish(run);
    run.state.dispose();
    return { reports, steps: rows.map(({ step }) => step) };
  }

  /** Asserts that the run folder holds the same as the uninterrupted run. */
  function assertWhole(): void {
    const state = loadCheckpoint(out);
    assert.deepEqual(valuesOf(state), whole.values);
    state.dispose();
    const rows = readMetricsFile(join(out, 'metrics.csv')) as unknown as StepMetrics[];
    assert.deepEqual(rows.map(withoutTime), whole.rows);
  }

  it('passes over a truncated checkpoint, says so, puts it aside, and comes to the same end', async () => {
    await cutOff(5);
    const [newest] = listCheckpoints(out);
    truncateSync(newest, 20_000);
    const { reports, steps } = await goOn();
    assert.equal(reports.length, 1);
    assert.match(reports[0], /step-0000005\.safetensors" is damaged \(.+\) .+; continuing from step 3\.$/);
    assert.deepEqual(steps, [3, 4, 5, 6, 7]);
    assert.deepEqual(readdirSync(join(out, 'checkpoints')), [
      'step-0000005.safetensors.damaged',
      'step-0000006.safetensors',
      'step-0000008.safetensors',
    ]);
    assertWhole();
  });

  it('finds a flipped bit in the values and in the metadata, and names the file', async () => {
    await cutOff(5);
    const [newest, older] = listCheckpoints(out);
    const flip = (path: string, at: number) => {
      const bytes = readFileSync(path);
      bytes[at < 0 ? bytes.length + at : at] ^= 2;
      writeFileSync(path, bytes);
    };
    // The last digit of "step":"5".
    flip(newest, readFileSync(newest).indexOf('"step":"5"') + 8);
    assert.throws(
      () => loadCheckpoint(newest),
      said(/step-0000005.* is damaged \(its metadata have changed\); use/),
    );
    const reports: string[] = [];
    const state = loadCheckpoint(out, { report: (sentence) => reports.push(sentence) });
    assert.equal(state.step, 3);
    state.dispose();
    assert.match(reports.join(), /step-0000005.*damaged.*; the one of step 3 is used instead\.$/);
    flip(older, -5);
    assert.throws(
      () => loadCheckpoint(out),
      said(
        /^Every checkpoint of ".*run" is damaged \(step 5: its metadata .+; step 3: the values of ".+" have/,
      ),
    );
    await assert.rejects(open(out, { resume: true }), said(/^Every checkpoint of/));
    assert.deepEqual(listCheckpoints(out), [newest, older], 'nothing is put aside where nothing is sound');
  });

  it('removes what a kill left half-written, and drops rows after the checkpoint', async () => {
    await cutOff(4);
    for (const file of readdirSync(join(out, 'checkpoints'))) {
      if (file !== 'step-0000003.safetensors') rmSync(join(out, 'checkpoints', file));
    }
    const suffix = `${endedOwner()}.partial`;
    for (const name of ['.run.json', 'checkpoints/.step-0000006.safetensors']) {
      writeFileSync(join(out, `${name}.${suffix}`), 'half');
    }
    fs.appendFileSync(join(out, 'metrics.csv'), '4,0,1.2');
    assert.deepEqual((await goOn()).steps, [3, 4, 5, 6, 7]);
    assert.deepEqual(
      (readdirSync(out, { recursive: true }) as string[]).filter((name) => name.includes('.partial')),
      [],
    );
    assertWhole();
  });

  it('begins where no checkpoint was written yet', async () => {
    await cutOff(2);
    rmSync(listCheckpoints(out)[0]);
    assert.deepEqual((await goOn()).steps, [0, 1, 2, 3, 4, 5, 6, 7]);
    assertWhole();
  });

  it('begins there with the same configuration only', async () => {
    await cutOff(2);
    rmSync(listCheckpoints(out)[0]);
    await assert.rejects(open(out, { resume: true, config: { ...config, seed: 9 } }), (error) =>
      /made with another configuration: seed \(\d+, asked for 9\)/.test((error as Error).message),
    );
  });

  it('tells in its metadata where the run stands and on which clips', async () => {
    await cutOff(5);
    const [path] = listCheckpoints(out);
    const { step, run } = readCheckpointInfo(path);
    assert.equal(step, 5);
    assert.deepEqual(run, { length: { stepsPerEpoch: 3, steps: 8 }, clips: fingerprintClips(entries) });
    const header = readFileSync(path, 'utf8');
    const position = { seed: 0, step: 5, epoch: 1, stepInEpoch: 2, stepsPerEpoch: 3, steps: 8 };
    assert.ok(header.includes(JSON.stringify(JSON.stringify(position))));
    assert.match(header, /Every random draw .+ is a function of the seed/);
  });

  it('lists the checkpoints of a run and loads one by its step', async () => {
    await cutOff(5);
    const list = runCheckpoints(out);
    assert.deepEqual(
      list.map(({ step, path, bytes }) => [step, path, bytes]),
      [5, 3].map((step, i) => [step, listCheckpoints(out)[i], fs.statSync(listCheckpoints(out)[i]).size]),
    );
    const state = loadCheckpoint({ runFolder: out, step: 3 });
    assert.equal(state.step, 3);
    state.dispose();
    assert.throws(
      () => loadCheckpoint({ runFolder: out, step: 4 }),
      said(/run" holds no checkpoint of step 4: choose from 3, 5\.$/),
    );
  });

  it('refuses other training clips, saying what changed', async () => {
    await cutOff(2);
    const paths = entries.map(({ path }) => path);
    const of = (list: string[]) => list.map((path) => ({ path, label: null, split: null }));
    const cases: [string[], RegExp][] = [
      [
        [...paths, 'more.mp4'],
        /was begun on 12 training clips, and there are 13 now; give the data set as it was/,
      ],
      [['new.mp4', ...paths.slice(1)], /as many training clips .+ \(12\), but files of other names/],
      [[...paths].reverse(), /the 12 training clips stand in another order/],
    ];
    for (const [list, sentence] of cases) {
      await assert.rejects(open(out, { resume: true, entries: of(list) }), said(sentence));
    }
    const moved = paths.map((path) => resolve('/elsewhere/set', path));
    const run = await open(out, { resume: true, entries: of(moved) });
    assert.equal(run.state.step, 2);
    await run.close();
    run.state.dispose();
  });

  it('knows clips again by their names below the folder that holds them all', () => {
    const at = (root: string, names: string[]) =>
      fingerprintClips(names.map((name) => ({ path: join(root, name) })));
    const names = ['a/1.mp4', 'a/2.mp4', 'b/c/3.mp4'];
    assert.equal(changeOfClips(at('/x/y', names), at('/z', names)), null);
    assert.match(
      changeOfClips(at('/x', names), at('/x', ['a/1.mp4', 'a/2.mp4', 'b/3.mp4'])) ?? '',
      /other names/,
    );
    assert.equal(at('/', names).count, 3);
  });

  it('refuses another cache where it decides how long files are decoded', async () => {
    await cutOff(1);
    const info = readCheckpointInfo(listCheckpoints(out)[0]);
    const run = { length: runLength(config, 12), clips: fingerprintClips(entries) };
    const withCache = (megabytes: number) => ({
      ...config,
      loader: { ...config.loader, cacheMegabytes: megabytes },
    });
    requireSameRun(out, info, withCache(500), run);
    assert.throws(
      () => requireSameRun(out, info, withCache(0), run),
      said(/another configuration: loader\.cacheMegabytes \(1024, asked for 0\)/),
    );
    assert.throws(
      () => requireSameRun(out, { ...info, run: null }, config, run),
      said(/holds weights of no run.*start one with these weights in another folder with --init "/),
    );
    const longer = tinyConfig({ 'training.steps': 9, 'optimiser.warmupEpochs': 0 });
    await assert.rejects(
      open(out, { resume: true, config: longer }),
      said(/training\.steps \(8, asked for 9\)/),
    );
  });
});

describe('a run that cannot go on', () => {
  let folder: string;
  let out: string;
  beforeEach(() => (out = join((folder = fs.mkdtempSync(join(tmpdir(), 'xkd-stop-'))), 'run')));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Makes writing fail as on a full disk, after this many large blocks. */
  async function withFullDisk(blocks: number, action: () => Promise<void>): Promise<number> {
    const { writeSync } = fs;
    let refused = 0;
    const full = (file: number, bytes: Uint8Array, ...rest: [number, number, number | null]): number => {
      if (bytes.byteLength > 4000 && --blocks < 0) {
        refused++;
        throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      }
      return writeSync(file, bytes, ...rest);
    };
    Object.assign(fs, { writeSync: full });
    try {
      await action();
    } finally {
      Object.assign(fs, { writeSync });
    }
    return refused;
  }

  it('stops with one sentence when the disk is full, tries once, and leaves the checkpoints before', async () => {
    const first = await open(out);
    await finish(first, 3);
    first.state.dispose();
    const before = readFileSync(listCheckpoints(out)[0]);
    const run = await open(out, { resume: true });
    const steps: number[] = [];
    const refused = await withFullDisk(1, async () => {
      await assert.rejects(
        async () => {
          for await (const { step } of run) steps.push(step);
        },
        (error) =>
          error instanceof UserError && /no disk space left to write ".*step-0000006/.test(error.message),
      );
    });
    await run.close();
    run.state.dispose();
    assert.equal(refused, 1);
    assert.deepEqual(steps, [3, 4]);
    assert.deepEqual(readdirSync(join(out, 'checkpoints')), ['step-0000003.safetensors']);
    assert.deepEqual(readFileSync(listCheckpoints(out)[0]), before);
    const on = await open(out, { resume: true });
    assert.equal(on.state.step, 3);
    await on.close();
    on.state.dispose();
  });

  it('an interrupt ends the wait for a batch, and the loop continues later with that batch', async () => {
    const inner = source(config, 0);
    let letGo = () => {};
    const gate = new Promise<void>((done) => (letGo = done));
    const slow: BatchSource = {
      ...inner,
      next: async (): Promise<ViewBatch> => {
        await gate;
        return inner.next();
      },
    };
    const run = await open(out, { openSource: async () => slow });
    setImmediate(() => process.emit('SIGTERM'));
    for await (const row of run) assert.fail(`step ${row.step} was taken`);
    assert.ok(run.interrupted);
    letGo();
    const whole = await open(null);
    assert.deepEqual(
      (await finish(run)).map(({ total }) => total),
      (await finish(whole)).map(({ total }) => total),
    );
    assert.deepEqual(weightsOf(run.state), weightsOf(whole.state));
    [run, whole].forEach(({ state }) => state.dispose());
  });

  it('a watch that lets insisting end gives the signals back after the first', async () => {
    const [before, interrupts] = [process.listenerCount('SIGTERM'), process.listenerCount('SIGINT')];
    const watch = watchInterrupt({ secondEnds: true });
    await Promise.resolve();
    process.emit('SIGTERM');
    process.emit('SIGINT');
    await watch.whenRequested;
    assert.equal(watch.signal, 'SIGTERM');
    assert.equal(process.listenerCount('SIGTERM'), before + 1, 'one Ctrl-C that comes twice is one');
    await watch.whenInsistingEnds;
    assert.equal(process.listenerCount('SIGTERM'), before);
    assert.equal(process.listenerCount('SIGINT'), interrupts);
    watch.stop();
  });
});
