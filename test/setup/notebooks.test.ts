import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadScript, root, runNode } from './support';

type Cell = Record<string, unknown> & { source: string; metadata: { tags?: string[] } };
interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: Record<string, unknown>;
}
type Kinds = Map<string, string | null>;

const declared = `import { fastMode } from 'xkd';

// Other values from outside: const no = 1;
const steps = fastMode() ? 6 : 792; // a number
let name: string = 'full';
const folder = process.env.XKD_FOLDER || (await sampleSet()).folder;
const shuffled = false;`;

let ids = 0;
const cell = (source: string, tags?: string[]): Cell => ({
  ...{ cell_type: 'code', id: `cell-${ids++}`, source, outputs: [], execution_count: null },
  metadata: tags ? { tags } : {},
});
const notebookWith = (...cells: Cell[]): Notebook => ({
  cells: [
    {
      cell_type: 'markdown',
      id: 'm',
      metadata: {},
      source: '# Try\n\n**The question.** Why <so>?\n\n**Run time.** A moment.',
    },
    ...cells,
  ],
  metadata: { kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' } },
  ...{ nbformat: 4, nbformat_minor: 5 },
});

describe('parameters of notebooks', () => {
  const parameters = () =>
    loadScript<{
      parametersOf(notebook: Notebook): Kinds;
      readParameters(words: readonly string[]): Map<string, unknown>;
      checkParameters(given: Map<string, unknown>, known: Map<string, Kinds>): void;
      withParameters(notebook: Notebook, given: Map<string, unknown>): Notebook;
    }>('notebooks/parameters.mjs');

  it('are what the tagged cell declares, with their kinds', async () => {
    const { parametersOf } = await parameters();
    const own = parametersOf(notebookWith(cell('const other = 1;'), cell(declared, ['parameters'])));
    const kinds = { steps: 'number', name: 'string', folder: 'string', shuffled: 'boolean' };
    assert.deepEqual(Object.fromEntries(own), kinds);
    assert.equal(parametersOf(notebookWith(cell(declared))).size, 0);
  });

  it('are read as JSON or text, and refused where there is no name, or twice the same', async () => {
    const { readParameters } = await parameters();
    const read = readParameters(['steps=200', 'name=a=b', 'shuffled=true', 'text="7"', 'list=[1,2]']);
    assert.deepEqual([...read.values()], [200, 'a=b', true, '7', [1, 2]]);
    assert.throws(() => readParameters(['200']), /-p needs a name and a value/);
    assert.throws(() => readParameters(['a=1', 'a=2']), /"a" is given twice/);
  });

  it('that no notebook has are refused with those that there are, and so are other kinds', async () => {
    const { parametersOf, checkParameters } = await parameters();
    const known = new Map([
      ['00', new Map() as Kinds],
      ['03', parametersOf(notebookWith(cell(declared, ['parameters'])))],
    ]);
    const check = (name: string, value: unknown) => checkParameters(new Map([[name, value]]), known);
    check('steps', 5);
    check('steps', null);
    assert.throws(() => check('step', 5), {
      message: '"step" is not a parameter: 03 has steps, name, folder, shuffled.',
    });
    assert.throws(() => check('steps', 'many'), {
      message: 'The parameter "steps" is a number, and "many" is not.',
    });
    assert.throws(
      () => checkParameters(new Map([['a', 1]]), new Map([['00', new Map() as Kinds]])),
      /no parameters/,
    );
  });

  it('go into a cell of their own after the declared ones, which stay as they are', async () => {
    const { withParameters } = await parameters();
    const original = notebookWith(cell(declared, ['parameters']), cell('console.log(steps);'));
    const given = new Map<string, unknown>([
      ['steps', 20],
      ['name', 'a "b"'],
      ['foreign', 1],
    ]);
    const { cells } = withParameters(original, given);
    assert.deepEqual(
      cells.map(({ metadata }) => metadata.tags?.[0] ?? ''),
      ['', 'parameters', 'injected-parameters', ''],
    );
    assert.equal(cells[2].source, '// Parameters\nlet steps = 20;\nlet name = "a \\"b\\"";');
    const again = withParameters(withParameters(original, given), new Map([['steps', 30]]));
    assert.equal(again.cells.length, 4);
    assert.equal(again.cells[2].source, '// Parameters\nlet steps = 30;');
  });

  it('are declared by every notebook of the course that trains', async () => {
    const { parametersOf } = await parameters();
    const folder = path.join(root, 'notebooks');
    for (const name of fs.readdirSync(folder).filter((each) => /^0[23678].*\.ipynb$/.test(each))) {
      const text = JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')) as Notebook;
      assert.ok(parametersOf(text).has('seed'), name);
    }
  });
});

describe('npm run notebooks', function () {
  this.timeout(1_200_000);
  let folder: string;
  before(() => {
    fs.mkdirSync(path.join(root, 'runs'), { recursive: true });
    folder = fs.mkdtempSync(path.join(root, 'runs', 'notebooks-test-'));
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, notebook: Notebook) => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, JSON.stringify(notebook));
    return file;
  };
  const run = (...words: string[]) => runNode([path.join(root, 'scripts', 'notebooks.mjs'), ...words]);

  it('refuses words that mean nothing, in one sentence', async () => {
    for (const [words, sentence] of [
      [['nothing'], /^"nothing" is not a notebook; choose from 00_start_here, .*\.\n$/],
      [['--speed', '2'], /^Unknown option '--speed'.*--help.*\n$/],
      [
        ['03', '-p', 'stepz=1'],
        /^"stepz" is not a parameter: 03_cross_modal_distillation has steps, batch, seed\.\n$/,
      ],
      [['--inplace', '-p', 'seed=1', '03'], /^parameters go into copies/],
      [['--export-only', '--no-export'], /^--export-only and --no-export leave nothing to do\.\n$/],
      [
        ['--export-only', '--out', '/proc/none/pages'],
        /^\/proc\/none\/pages can't be made or read as a folder \(E\w+\): choose another place\.\n$/,
      ],
      [
        ['--export-only', '--out', path.join(root, 'README.md')],
        /README\.md can't be made or read as a folder \(ENOTDIR\): choose another place\.\n$/,
      ],
    ] as const) {
      const { code, stderr } = await run(...words);
      assert.equal(code, 1);
      assert.match(stderr, sentence);
    }
  });

  it('runs a copy with its parameters, keeps the original, and writes its page and the index', async () => {
    const print = 'console.log(steps, name, shuffled, fastMode());';
    const source = declared.replace(/^const folder.*\n/m, '');
    const file = write('try.ipynb', notebookWith(cell(source, ['parameters']), cell(print)));
    const original = fs.readFileSync(file, 'utf8');
    const out = path.join(folder, 'site');
    const { code, stdout, stderr } = await run(
      file,
      '--fast',
      '--out',
      out,
      '-p',
      'steps=20',
      '-p',
      'name=x',
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^try: \d+ s\n/);
    assert.equal(fs.readFileSync(file, 'utf8'), original);
    const copy = JSON.parse(fs.readFileSync(path.join(out, 'try.ipynb'), 'utf8'));
    const outputs = copy.cells
      .at(-1)
      .outputs.map(({ text }: { text: string | string[] }) => [text].flat().join(''));
    assert.equal(outputs.join('').trim(), '20 x false true');
    assert.equal(copy.metadata.xkd.fast, true);
    const index = fs.readFileSync(path.join(out, 'index.html'), 'utf8');
    assert.match(
      index,
      /href="try\.html"[\s\S]*Why &lt;so&gt;\?[\s\S]*A moment\. This page's run took \d+ s, in fast mode/,
    );
    assert.match(fs.readFileSync(path.join(out, 'try.html'), 'utf8'), /20 x false true/);
  });

  it('stops with the notebook and the cell that failed, and keeps what was run', async () => {
    const fails = "import { configure } from 'xkd';\n\nconfigure('nano', { 'mask.audio': 0.99 });";
    const file = write(
      'bad.ipynb',
      notebookWith(cell('console.log(1);'), cell(fails), cell('console.log(2);')),
    );
    const out = path.join(os.tmpdir(), path.basename(folder));
    try {
      const { code, stderr } = await run(file, '--out', out);
      assert.equal(code, 1);
      const sentence = `bad stopped at code cell 2 of 3 ("configure('nano', { 'mask.audio': 0.99 });"): `;
      assert.ok(stderr.startsWith(sentence), stderr);
      assert.match(stderr, /mask\.audio \(0\.99\) leaves none of the 32 patches; choose a lower ratio\.\n$/);
      const copy = JSON.parse(fs.readFileSync(path.join(out, 'bad.ipynb'), 'utf8'));
      assert.equal([copy.cells[1].outputs[0].text].flat().join('').trim(), '1');
      assert.equal(copy.cells[2].outputs[0].output_type, 'error');
      assert.deepEqual(copy.cells[3].outputs, []);
      assert.deepEqual(
        copy.cells.slice(1).map((each: { execution_count: number | null }) => each.execution_count),
        [1, 2, null],
      );
      const inPlace = fs.readFileSync(file, 'utf8');
      assert.equal((await run(file, '--inplace')).code, 1);
      assert.equal(fs.readFileSync(file, 'utf8'), inPlace);
    } finally {
      fs.rmSync(out, { recursive: true, force: true });
    }
  });

  it('names the error that was thrown, and shows its line in the exported page', async () => {
    const throws = 'const scores = [1];\nscores.at(5)!.toFixed(2);';
    const file = write('thrown.ipynb', notebookWith(cell('console.log(1);'), cell(throws)));
    const out = path.join(folder, 'thrown');
    const { code, stderr } = await run(file, '--out', out);
    assert.equal(code, 1);
    const sentence = `thrown stopped at code cell 2 of 2 ("const scores = [1];"): TypeError: Cannot read `;
    assert.ok(stderr.startsWith(sentence), stderr);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    const copy = path.join(out, 'thrown.ipynb');
    const exported = await run(copy, '--export-only', '--out', out);
    assert.equal(exported.code, 0, exported.stderr);
    const page = fs.readFileSync(path.join(out, 'thrown.html'), 'utf8').replace(/<[^>]*>/g, '');
    assert.match(
      page,
      /TypeError: Cannot read properties of undefined[\s\S]*&gt; 2 \|[\s\S]*cell \[2\], line 2/,
    );
  });
});
