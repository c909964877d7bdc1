import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { openTensorFile } from 'xkd/internal';
import { userError } from '../support/userError';

/** Parts of pickles, as bytes. */
const proto = '\x80\x02';
const text = (value: string) => `\x8c${String.fromCharCode(value.length)}${value}`;
const global = (module: string, name: string) => `c${module}\n${name}\n`;
const call = (callable: string, ...args: string[]) => `${callable}(${args.join('')}tR`;
const int = (value: number) => `J${Buffer.from(Int32Array.of(value).buffer).toString('latin1')}`;
const tuple = (...values: string[]) => `(${values.join('')}t`;
const storage = (key: string, size: number) =>
  `${tuple(text('storage'), global('torch', 'FloatStorage'), text(key), text('cpu'), int(size))}Q`;
const rebuild = (stored: string, offset: number, shape: number[], strides: number[]) =>
  call(
    global('torch._utils', '_rebuild_tensor_v2'),
    stored,
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    '\x89',
    call(global('collections', 'OrderedDict')),
  );
const dict = (...items: string[]) => `}(${items.join('')}u`;

describe('hostile files of torch.save', () => {
  let folder: string;
  let touched: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-hostile-'));
    touched = join(folder, 'touched');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Pickles that would make Python write the file at `path`. */
  const attacks: [string, (path: string) => string, RegExp][] = [
    ['os.system', (path) => call(global('os', 'system'), text(`touch ${path}`)), /os\.system/],
    ['posix.system', (path) => call(global('posix', 'system'), text(`touch ${path}`)), /posix\.system/],
    [
      'builtins.eval',
      (path) => call(global('builtins', 'eval'), text(`open(${JSON.stringify(path)},'w')`)),
      /builtins\.eval/,
    ],
    [
      'a name from the stack',
      (path) => call(`${text('os')}${text('system')}\x93`, text(`touch ${path}`)),
      /os\.system/,
    ],
    [
      'getattr',
      (path) =>
        call(
          call(
            global('builtins', 'getattr'),
            call(global('builtins', '__import__'), text('os')),
            text('system'),
          ),
          text(`touch ${path}`),
        ),
      /builtins\.getattr/,
    ],
    [
      'an attribute after an allowed name',
      (path) => call(`${text('collections')}${text('OrderedDict.__init__.__globals__')}\x93`, text(path)),
      /collections\.OrderedDict\.__init__/,
    ],
    ['INST', (path) => `(${text(`touch ${path}`)}ios\nsystem\n`, /pickle operation 0x69/],
    ['OBJ', (path) => `(${global('os', 'system')}${text(`touch ${path}`)}o`, /os\.system/],
    ['NEWOBJ', () => `${global('collections', 'OrderedDict')})\x81`, /pickle operation 0x81/],
    ['EXT1', () => '\x82\x01', /pickle operation 0x82/],
    ['PERSID', () => 'Pos\n', /pickle operation 0x50/],
  ];
  for (const [name, attack, message] of attacks) {
    it(`refuses ${name} by name, in both formats, and runs nothing`, async () => {
      for (const write of [writeZip, writeLegacy]) {
        const path = await write(join(folder, 'hostile.pth'), `${proto}${dict(text('w'), attack(touched))}.`);
        await assert.rejects(openTensorFile(path), refusal(message), write.name);
        assert.equal(existsSync(touched), false);
      }
    });
  }

  it('reads objects of unknown classes as opaque data, whatever their code would do, and runs nothing', async () => {
    const opaque = call(global('training.script', 'run'), text(`touch ${touched}`));
    const object = `${global('__main__', 'Meter')})\x81${dict(text('path'), text(touched))}b`;
    const items = `${global('settings', 'Config')})\x81(${text('a')}${int(1)}u]a`;
    const value = rebuild(storage('0', 4), 0, [4], [1]);
    const content = dict(
      text('args'),
      opaque,
      text('meter'),
      object,
      text('config'),
      items,
      text('w'),
      value,
    );
    const file = await openTensorFile(await writeZip(join(folder, 'opaque.pth'), `${proto}${content}.`));
    assert.deepEqual(file.names(), ['w']);
    file.close();
    assert.equal(existsSync(touched), false);
  });

  it('those pickles would indeed run in Python', function () {
    const python = ['python3', 'python'].find((each) => spawnSync(each, ['--version']).status === 0);
    if (python === undefined) this.skip();
    for (const name of ['os.system', 'builtins.eval', 'a name from the stack', 'getattr', 'INST', 'OBJ']) {
      rmSync(touched, { force: true });
      const attack = attacks.find(([each]) => each === name)![1];
      const pickle = Buffer.from(`${proto}${attack(touched)}.`, 'latin1');
      spawnSync(python, ['-c', 'import pickle,sys; pickle.load(sys.stdin.buffer)'], { input: pickle });
      assert.ok(existsSync(touched), name);
    }
  });

  const one = storage('0', 4);
  const tensors: [string, string, RegExp][] = [
    ['a tensor beyond its storage', rebuild(one, 0, [5], [1]), /does not fit into its storage of 4 values/],
    ['an offset beyond its storage', rebuild(one, 4, [1], [1]), /does not fit/],
    ['a stride beyond its storage', rebuild(one, 0, [2, 2], [3, 1]), /does not fit/],
    ['a negative size', rebuild(one, 0, [-1], [1]), /arguments that make no sense/],
    ['a negative offset', rebuild(one, -1, [1], [1]), /arguments that make no sense/],
    ['sizes without strides', rebuild(one, 0, [2, 2], [1]), /arguments that make no sense/],
    ['a storage larger than its record', rebuild(storage('0', 400), 0, [4], [1]), /1600 bytes.*has 16 bytes/],
    ['a storage without a record', rebuild(storage('7', 4), 0, [4], [1]), /storage "7" has no bytes/],
    ['a storage out of the folder', rebuild(storage('../x', 4), 0, [4], [1]), /has no bytes/],
    ['billions of repeated values', rebuild(one, 0, [2 ** 30, 2 ** 30], [0, 0]), /does not fit|unfold to/],
    ['a million of millions', rebuild(one, 0, [2 ** 20, 2 ** 20], [0, 0]), /unfold to \d+ bytes/],
    ['a storage described in two ways', tuple(one, storage('0', 3)), /describes storage "0" in two ways/],
    ['a call with other arguments', call(global('torch._utils', '_rebuild_tensor_v2'), int(1)), /no sense/],
    [
      'a call of a type',
      call(global('torch', 'FloatStorage'), int(1)),
      /FloatStorage, which is not a function/,
    ],
    ['a call of a number', `${int(1)})R`, /calls something that is not a function/],
    ['attributes of a list', `]${dict(text('a'), int(1))}b`, /sets attributes of something that has none/],
    ['a list as a key', dict(']', int(1)), /keys that are not plain/],
    ['a number of a thousand bytes', `\x8b\xe8\x03\x00\x00${'x'.repeat(1000)}`, /whole number of 1000 bytes/],
    ['a text longer than the file', `X\xff\xff\xff\xff`, /cut off or longer than/],
    ['a text of 2^60 bytes', `\x8d\0\0\0\0\0\0\0\x10`, /cut off|beyond all bounds/],
    ['marks without end', '('.repeat(100_000), /nested too deeply/],
    ['values without end', 'N'.repeat(1_100_000), /stack grows too large/],
    ['operations without end', `]${'Na'.repeat(2_100_000)}`, /more than 4000000 operations/],
    ['a recall of nothing', 'h\x07', /recalls what it never remembered/],
    ['an empty stack', 'R', /do not fit together/],
    ['protocol 0', 'I1\n', /pickle operation 0x49/],
  ];
  for (const [name, value, message] of tensors) {
    it(`refuses ${name}`, async () => {
      const path = await writeZip(join(folder, 'bad.pth'), `${proto}${dict(text('w'), value)}.`);
      await assert.rejects(openTensorFile(path), refusal(message));
    });
  }

  it('is not led astray by values that hold themselves or each other many times', async () => {
    const recursive = `}q\x00(${text('self')}h\x00${text('list')}]q\x01h\x01a${text('w')}${rebuild(one, 0, [4], [1])}u`;
    // Each list contains the previous one twice: 2^60 values if it were expanded.
    const laughs = 'N' + 'q\x02h\x02\x86'.repeat(60);
    const path = await writeZip(
      join(folder, 'bomb.pth'),
      `${proto}${dict(text('laughs'), laughs, text('state_dict'), recursive)}.`,
    );
    const file = await openTensorFile(path);
    assert.deepEqual(file.names(), ['w']);
    assert.deepEqual(file.read('w').data, Float32Array.of(1, 2, 3, 4));
    file.close();
  });

  it('refuses a packed file that would unpack to many times its size, before anything is unpacked', async () => {
    const path = join(folder, 'bad.pth');
    const zip = new ZipFile();
    const pickle = `${proto}${dict(text('w'), rebuild(storage('0', 2 ** 25), 0, [1], [1]))}.`;
    zip.addBuffer(Buffer.from(pickle, 'latin1'), 'archive/data.pkl');
    zip.addBuffer(Buffer.alloc(2 ** 27), 'archive/data/0', { compress: true });
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(path));
    await assert.rejects(openTensorFile(path), refusal(/would unpack to over 16 times its bytes/));
  });

  it('keeps names such as __proto__ apart from objects', async () => {
    const path = await writeZip(
      join(folder, 'proto.pth'),
      `${proto}${dict(text('__proto__'), rebuild(one, 0, [4], [1]), text('epoch'), int(2))}.`,
    );
    const file = await openTensorFile(path);
    assert.deepEqual(file.names(), ['__proto__']);
    assert.deepEqual(file.metadata, { epoch: '2' });
    file.close();
  });
});

async function writeZip(path: string, pickle: string): Promise<string> {
  const zip = new ZipFile();
  const add = (name: string, content: Buffer) =>
    zip.addBuffer(content, `archive/${name}`, { compress: false });
  add('data.pkl', Buffer.from(pickle, 'latin1'));
  add('data/0', Buffer.from(Float32Array.of(1, 2, 3, 4).buffer));
  add('version', Buffer.from('3\n'));
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

function writeLegacy(path: string, pickle: string): Promise<string> {
  const magic = `${proto}\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.`;
  const head = `${magic}${proto}M\xe9\x03.${proto}}.`;
  writeFileSync(path, Buffer.from(`${head}${pickle}${proto}].`, 'latin1'));
  return Promise.resolve(path);
}

function refusal(message: RegExp): (error: unknown) => boolean {
  return userError(message, /(hostile|bad)\.pth/);
}
