import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { evaluationModalities, protocolNamed, protocolNames } from 'xkd/internal';
import { createProgram } from 'xkd/dist/cli/main';

describe('the table of protocols', () => {
  it('is what the command line offers, in this order', () => {
    const evaluate = createProgram().commands.find((command) => command.name() === 'evaluate')!;
    assert.deepEqual(
      evaluate.commands.map((command) => command.name()),
      [...protocolNames],
    );
  });

  for (const name of protocolNames) {
    it(`has settings with defaults and descriptions, and a function: ${name}`, async () => {
      const { settings, modalities = evaluationModalities, load } = protocolNamed(name);
      for (const modality of modalities) {
        const schema = settings({ modality });
        assert.deepEqual(Object.keys(schema.parse({})), Object.keys(schema.shape));
        for (const [key, type] of Object.entries(schema.shape)) {
          assert.ok((type as { description?: string }).description, key);
        }
      }
      assert.equal(typeof (await load()), 'function');
    });
  }

  it('is read without TensorFlow, so that help is quick', () => {
    const script = `
      require(${JSON.stringify(resolve('lib/dist/eval/protocols/registry.js'))});
      const heavy = Object.keys(require.cache).filter((file) => /tfjs|tensor[\\\\/]native/.test(file));
      process.stdout.write(heavy.join());`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal(stdout, '');
  });
});
