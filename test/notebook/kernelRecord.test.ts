import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectPath } from 'xkd';

type Content = Record<string, unknown>;

interface Request {
  readonly message: { readonly header: object; readonly metadata: object; readonly content: object };
}

interface Run {
  readonly msgId: string;
}

interface CellRecord {
  queued(request: Request): void;
  begin(request: Request, executionCount: number): void;
  hear(request: Request, type: string, content: Content): void;
  end(request: Request, content: Content): void;
  runs(): Run[];
  cells(): { readonly cellId: string; readonly state: string; readonly outputs: readonly Content[] }[];
}

const load = createRequire(projectPath('scripts/kernel/main.cjs'));
const { CellRecord } = load('./record.cjs') as { CellRecord: new () => CellRecord };
const { CellOutputs } = load('./cellOutputs.cjs') as {
  CellOutputs: new (args: { limit: number }) => {
    hear(type: string, content: Content): void;
    list(): Content[];
  };
};
const { CellPages } = load('./pages.cjs') as {
  CellPages: new (
    record: CellRecord,
    comms: object,
    file: string | null,
    patience: object,
  ) => { close(): void };
};
const { notebookFile } = load('./notebookFile.cjs') as {
  notebookFile(environment: NodeJS.ProcessEnv): string | null;
};

const request = (msgId: string, cellId: string, code = 'code'): Request => ({
  message: { header: { msg_id: msgId, session: 'first page' }, metadata: { cellId }, content: { code } },
});

const display = (id: string, text: string): Content => ({
  ...{ data: { 'text/plain': text }, metadata: {} },
  transient: { display_id: id },
});

describe("the kernel's record of cells", () => {
  it('holds what a notebook would hold: joined texts, newest displays, nothing that was cleared', () => {
    const record = new CellRecord();
    const [first, second] = [request('m1', 'a'), request('m2', 'b')];
    record.queued(first);
    record.queued(second);
    record.begin(first, 1);
    record.hear(first, 'stream', { name: 'stdout', text: 'to be cleared\n' });
    record.hear(first, 'clear_output', { wait: true });
    record.hear(first, 'stream', { name: 'stdout', text: 'one ' });
    record.hear(first, 'stream', { name: 'stdout', text: 'line\n' });
    record.hear(first, 'stream', { name: 'stderr', text: 'warned\n' });
    record.hear(first, 'display_data', display('d', 'old'));
    record.hear(first, 'execute_result', { execution_count: 1, data: { 'text/plain': '2' }, metadata: {} });
    record.hear(first, 'status', { execution_state: 'busy' });
    assert.deepEqual(
      record.cells().map(({ state }) => state),
      ['running', 'queued'],
    );
    record.end(first, { status: 'ok', execution_count: 1 });
    record.begin(second, 2);
    // A later cell overwrites the output of an earlier one.
    record.hear(second, 'update_display_data', display('d', 'new'));
    record.hear(second, 'error', { ename: 'Error', evalue: 'no', traceback: ['at'] });
    record.end(second, { status: 'error', execution_count: 2, ename: 'Error' });
    assert.deepEqual(record.cells(), [
      {
        ...{ cellId: 'a', msgId: 'm1', state: 'ok', executionCount: 1 },
        outputs: [
          { output_type: 'stream', name: 'stdout', text: 'one line\n' },
          { output_type: 'stream', name: 'stderr', text: 'warned\n' },
          { output_type: 'display_data', ...display('d', 'new') },
          { output_type: 'execute_result', execution_count: 1, data: { 'text/plain': '2' }, metadata: {} },
        ],
      },
      {
        ...{ cellId: 'b', msgId: 'm2', state: 'error', executionCount: 2 },
        outputs: [{ output_type: 'error', ename: 'Error', evalue: 'no', traceback: ['at'] }],
      },
    ]);
  });

  it('keeps the newest run of a cell, as it was when it was shown, and the ends of a long text', () => {
    const record = new CellRecord();
    const [old, again] = [request('m1', 'a'), request('m2', 'a')];
    record.queued(old);
    const data = { 'text/plain': 'then' };
    record.hear(old, 'display_data', { data, metadata: {} });
    data['text/plain'] = 'changed later';
    assert.deepEqual(record.cells()[0].outputs[0].data, { 'text/plain': 'then' });
    record.queued(again);
    record.hear(old, 'stream', { name: 'stdout', text: 'late' });
    assert.deepEqual(
      record.runs().map(({ msgId }) => msgId),
      ['m2'],
    );
    assert.deepEqual(record.cells()[0].outputs, []);
    const outputs = new CellOutputs({ limit: 10 });
    for (const text of ['01234', '56789', 'abcde'.repeat(20), 'vwxyz']) {
      outputs.hear('stream', { name: 'stdout', text });
    }
    assert.equal(outputs.list()[0].text, '01234\n[105 characters left out]\nvwxyz');
  });
});

describe("the pages of a kernel's notebook", () => {
  let folder: string;
  let file: string;
  const patience = { silenceMs: 20, othersMs: 10, lateMs: 10 };
  const notebook = {
    cells: [
      { cell_type: 'markdown', id: 'text', metadata: {}, source: ['words'] },
      {
        cell_type: 'code',
        execution_count: null,
        id: 'a',
        metadata: {},
        outputs: [],
        source: ['co\n', 'de'],
      },
      { cell_type: 'code', execution_count: 7, id: 'b', metadata: {}, outputs: [], source: ['edited'] },
    ],
    ...{ metadata: { kept: [1, 2] }, nbformat: 4, nbformat_minor: 5 },
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-pages-'));
    file = join(folder, 'n.ipynb');
    writeFileSync(file, `${JSON.stringify(notebook, null, 1)}\n`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A kernel whose pages respond as set here. */
  function kernelWithPages() {
    const record = new CellRecord();
    let accept: (comm: object, data: object) => void = () => undefined;
    const pages = new CellPages(
      record,
      {
        register: (...args: [string, typeof accept]) => (accept = args[1]),
        open: () => ({ close: () => undefined }),
      },
      file,
      patience,
    );
    const open = (session: string, answer: (ids: readonly string[]) => readonly string[] | null) => {
      const got: Content[] = [];
      const comm = {
        onMessage: null as ((data: object) => void) | null,
        send(message: Content) {
          got.push(message);
          const ids = message.who === undefined ? null : answer(message.who as string[]);
          if (ids !== null) setImmediate(() => comm.onMessage?.({ here: ids }));
        },
      };
      accept(comm, { session, path: 'n.ipynb' });
      return { got, say: (data: object) => comm.onMessage?.(data) };
    };
    const run = (msgId: string, cellId: string, code: string) => {
      const asked = request(msgId, cellId, code);
      record.queued(asked);
      record.begin(asked, 3);
      record.hear(asked, 'stream', { name: 'stdout', text: 'one\ntwo\n' });
      record.end(asked, { status: 'ok', execution_count: 3 });
    };
    return { record, pages, open, run };
  }
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((done) => setTimeout(done, 10));
  };
  /** Long enough to see that something does not happen. */
  const settle = () => new Promise((done) => setTimeout(done, 200));
  const cellsOnDisk = () => (JSON.parse(readFileSync(file, 'utf8')) as typeof notebook).cells;

  it('get outputs written into the file when none of them is there, where the cell still is what was run', async () => {
    const { record, open, run } = kernelWithPages();
    open('first page', () => null);
    run('m1', 'a', 'co\nde');
    run('m2', 'b', 'as it was');
    await until(() => cellsOnDisk()[1].execution_count === 3);
    record.hear(request('m1', 'a'), 'stream', { name: 'stdout', text: 'late\n' });
    await until(() => readFileSync(file, 'utf8').includes('late'));
    const written = structuredClone(notebook) as { cells: Content[] };
    written.cells[1].execution_count = 3;
    written.cells[1].outputs = [
      { output_type: 'stream', name: 'stdout', text: ['one\n', 'two\n', 'late\n'] },
    ];
    assert.equal(readFileSync(file, 'utf8'), `${JSON.stringify(written, null, 1)}\n`);
    // A page that opens the notebook later gets both runs.
    const later = open('later page', (ids) => ids);
    assert.equal((later.got[0].cells as unknown[]).length, 2);
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const before = `${JSON.stringify(notebook, null, 1)}\n`;
    const hashes = later.got[0].file as string[];
    assert.deepEqual([hashes[0], hashes.at(-1)], [hash(before), hash(readFileSync(file, 'utf8'))]);
    assert.equal(hashes.length, 3);
    await until(() => later.got.some((message) => 'save' in message));
    assert.deepEqual(later.got.at(-1), { save: ['m1', 'm2'] });
  });

  it('save once: the one that asked if it is there, else another, and nobody must where that one is alone', async () => {
    const alone = kernelWithPages();
    const owner = alone.open('first page', (ids) => ids);
    alone.run('m1', 'a', 'co\nde');
    await settle();
    assert.ok(!owner.got.some((message) => 'save' in message));
    const other = alone.open('second page', (ids) => ids);
    await until(() => owner.got.some((message) => 'save' in message));
    assert.deepEqual(owner.got.at(-1), { save: ['m1'] });
    assert.ok(!other.got.some((message) => 'save' in message));
    owner.say({ saved: ['m1'], file: ['before', 'after'] });
    assert.deepEqual(other.got.at(-1), { saved: ['m1'], file: ['before', 'after'] });
    // Saved outputs need no further page.
    assert.deepEqual(alone.open('third page', (ids) => ids).got, [{ cells: [], file: ['before', 'after'] }]);
    await settle();
    assert.deepEqual(cellsOnDisk()[1].outputs, []);
  });

  it('are not waited for by a kernel that no page has spoken to', async () => {
    const { run, pages } = kernelWithPages();
    run('m1', 'a', 'co\nde');
    await settle();
    pages.close();
    assert.deepEqual(cellsOnDisk()[1].outputs, []);
    assert.equal(notebookFile({}), null);
    assert.equal(notebookFile({ JPY_SESSION_NAME: file }), file);
  });

  it('may rename the notebook meanwhile', async () => {
    const { open, run } = kernelWithPages();
    const page = open('first page', () => null);
    const renamed = join(folder, 'renamed.ipynb');
    writeFileSync(renamed, readFileSync(file));
    page.say({ path: 'renamed.ipynb' });
    rmSync(file);
    file = renamed;
    run('m1', 'a', 'co\nde');
    await until(() => cellsOnDisk()[1].execution_count === 3);
  });
});
