import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommanderError, type Command } from 'commander';
import { createProgram } from 'xkd/dist/cli/main';
import { examplesOf } from 'xkd/dist/cli/help';
import { runHere } from '../support/commandLine';

/** Every command listed by the help, and the program itself. */
function allCommands(): Command[] {
  const below = (command: Command): Command[] => {
    const inner = command.createHelp().visibleCommands(command);
    return [command, ...command.commands.filter((each) => inner.includes(each)).flatMap(below)];
  };
  return below(createProgram());
}

function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

/** The words of a shell command line, without quotes and redirections. */
function wordsOf(line: string): string[] {
  const words = line.replace(/\s[|>]\s.*/, '').match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return words.map((word) => word.replace(/^["'](.*)["']$/, '$1'));
}

/** Parses a command line without running it. Returns commander's error. */
async function parse(words: readonly string[]): Promise<string | null> {
  const program = createProgram();
  const disarm = (command: Command): void => {
    command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
    if (command.commands.length === 0) command.action(() => undefined);
    command.commands.forEach(disarm);
  };
  disarm(program);
  try {
    await program.parseAsync(words, { from: 'user' });
    return null;
  } catch (error) {
    // The name of a command group alone shows its help.
    const isHelp =
      error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help');
    return isHelp ? null : String(error);
  }
}

describe('help of the command line', () => {
  for (const command of allCommands()) {
    const name = fullName(command);

    it(`${name} --help ends with two or three examples, which are right`, async () => {
      const examples = examplesOf(command);
      assert.ok(examples.length === 2 || examples.length === 3, `${examples.length} examples`);
      const { stdout, code } = await runHere([...name.split(' ').slice(1), '--help']);
      assert.equal(code, 0);
      const shown = stdout
        .slice(stdout.lastIndexOf('\nExamples:\n') + 11)
        .trimEnd()
        .split('\n');
      assert.equal(shown.length, examples.length, 'nothing stands behind the examples');
      for (const [i, example] of examples.entries()) {
        assert.ok(shown[i].startsWith(`  ${example}`));
        const [program, ...words] = wordsOf(example);
        assert.equal(program, 'xkd');
        assert.equal(await parse(words), null, example);
      }
    });

    it(`${name} --help marks what must be given, and names a data folder --data alone`, async () => {
      const { stdout } = await runHere([...name.split(' ').slice(1), '--help']);
      const usage = stdout.split('\n')[0];
      for (const { mandatory, flags } of command.options)
        assert.equal(usage.includes(flags), mandatory, flags);
      const required = command.options.filter(({ mandatory }) => mandatory).length;
      assert.equal(stdout.replace(/\s+/g, ' ').split('(required)').length - 1, required);
      assert.doesNotMatch(stdout, /--root/);
    });
  }

  it('shows its examples to whoever gives no command', async () => {
    const { stderr, code } = await runHere([]);
    assert.equal(code, 2);
    assert.match(stderr, /Examples:\n {2}xkd data make\n/);
  });
});

describe('command lines in texts', () => {
  const project = resolve(__dirname, '..', '..', '..');
  const isDocument = (name: string): boolean => name.endsWith('.md');
  const docs = readdirSync(join(project, 'docs'))
    .filter(isDocument)
    .map((name) => `docs/${name}`);
  const markdownFiles = ['README.md', 'CONTRIBUTING.md', 'environment.md', ...docs];
  const notebooks = readdirSync(join(project, 'notebooks')).filter((name) => name.endsWith('.ipynb'));
  const texts = [
    ...markdownFiles.map((name) => [name, readFileSync(join(project, name), 'utf8')]),
    ...notebooks.map((name) => [name, markdownOf(readFileSync(join(project, 'notebooks', name), 'utf8'))]),
  ];
  for (const [name, text] of texts) {
    it(`of ${name} are right`, async () => {
      for (const line of commandLines(text)) {
        assert.equal(await parse(wordsOf(line)), null, line);
        assert.doesNotMatch(line, /--root/);
      }
    });
  }

  it('are found where they stand', () => {
    const lines = commandLines(
      'run `npx xkd config base`, or\n```bash\nnpm run xkd -- data make   # the set\n```',
    );
    assert.deepEqual(lines, ['config base', 'data make']);
    for (const name of ['docs/training.md', 'docs/weights.md', 'docs/evaluation.md']) {
      assert.ok(commandLines(texts.find(([each]) => each === name)![1]).length > 5, name);
    }
  });
});

/** Text after `npx xkd` and `npm run xkd --`, in code blocks and between backquotes. */
function commandLines(text: string): string[] {
  const found = text.matchAll(/(?:npx xkd|npm run xkd --) ([^`\n]+)/g);
  return [...found]
    .map(([, words]) =>
      words
        .replace(/\s+#.*$/, '')
        .replace(/\\$/, '')
        .trim(),
    )
    .filter((words) => !/\.\.\.|…/.test(words));
}

function markdownOf(notebook: string): string {
  const { cells } = JSON.parse(notebook) as { cells: { cell_type: string; source: string | string[] }[] };
  return cells
    .filter(({ cell_type }) => cell_type === 'markdown')
    .map(({ source }) => (Array.isArray(source) ? source.join('') : source))
    .join('\n');
}
