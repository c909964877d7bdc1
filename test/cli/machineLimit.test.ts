import assert from 'node:assert/strict';
import fs from 'node:fs';
import { UserError } from 'xkd';
import { BadMedia, checkFile } from 'xkd/dist/media/badMedia';
import { diskTrouble } from 'xkd/dist/files/fileError';
import { decoderEnded, machineLimit, machineLimitIn } from 'xkd/dist/machineLimit';

const failure = (code: string, more: Partial<NodeJS.ErrnoException> = {}) =>
  Object.assign(new Error(`${code}: failed`), { code, ...more });

describe('limits of the machine', () => {
  for (const [what, error, sentence] of [
    ['open files', failure('EMFILE'), /^Too many files are open at once; raise the limit/],
    ['open files of all', failure('ENFILE'), /^The whole system has too many files open/],
    ['processes', failure('EAGAIN', { syscall: 'spawn ffmpeg' }), /^The system allows no further process/],
    ['threads', failure('ERR_WORKER_INIT_FAILED'), /^The system allows no further process or thread/],
    ['memory of a thread', failure('ERR_WORKER_OUT_OF_MEMORY'), /^There is not enough memory/],
    ['memory of the system', failure('ENOMEM'), /^There is not enough memory/],
    ['memory for an array', new RangeError('Array buffer allocation failed'), /^There is not enough memory/],
    ['memory of native code', new Error('std::bad_alloc'), /^There is not enough memory/],
    [
      'memory of an op',
      new Error('Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[9]'),
      /^There is not enough memory/,
    ],
    [
      'the end of a decoder in a thread',
      new Error(decoderEnded('SIGKILL').message),
      /^The process that decodes/,
    ],
    ['files of a thread', new Error("EMFILE: too many open files, open 'a.mp4'"), /^Too many files/],
  ] as const) {
    it(`${what} are sentences`, () => {
      const limit = machineLimit(error);
      assert.ok(limit instanceof UserError);
      assert.match(limit.message, sentence);
    });
  }

  it('are told from all else', () => {
    for (const error of [
      failure('ENOENT'),
      failure('EAGAIN'),
      new RangeError('Invalid array length'),
      null,
      'x',
    ])
      assert.equal(machineLimit(error), null);
  });

  it('are found in what ffmpeg wrote', () => {
    assert.match(machineLimitIn('[error] a.mp4: Too many open files')!.message, /^Too many files/);
    assert.match(machineLimitIn('[error] Cannot allocate memory')!.message, /^There is not enough memory/);
    assert.equal(machineLimitIn('[error] moov atom not found'), null);
  });

  it('do not make a file a bad one', async () => {
    const { stat } = fs.promises;
    try {
      fs.promises.stat = (() => Promise.reject(failure('EMFILE'))) as unknown as typeof stat;
      await assert.rejects(
        checkFile('a.mp4'),
        (error) => !(error instanceof BadMedia) && /^Too many files/.test((error as Error).message),
      );
    } finally {
      fs.promises.stat = stat;
    }
  });

  it('and trouble of a disk is a sentence wherever it comes up', () => {
    const at = (code: string, syscall: string) => diskTrouble(failure(code, { syscall, path: '/data/x' }));
    assert.match(at('EROFS', 'mkdir')!.message, /^"\/data" is on a read-only file system/);
    assert.match(at('EACCES', 'scandir')!.message, /^There is no permission to read "\/data\/x"/);
    assert.match(at('EACCES', 'rename')!.message, /^There is no permission to write "\/data\/x"/);
    assert.equal(at('ENOENT', 'open'), null);
    assert.equal(diskTrouble(new Error('x')), null);
  });
});
