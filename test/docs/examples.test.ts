import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import { runInThisContext } from 'node:vm';
import ts from 'typescript';
import * as xkd from 'xkd';
import { type DocExample, libExamples, moduleOf, placeOf } from './docExamples';

const { projectPath, tf } = xkd;
const examples = libExamples();
const options = projectOptions();
/** For the test of the test: its last line does not compile. */
const wrong = noted("import { mmd } from 'xkd';\n\nmmd(1, 2);");
let problems: readonly string[] | undefined;

describe('the examples in docstrings', () => {
  it('describe at least fifty names of xkd, each by importing it', () => {
    const values = new Set(Object.keys(xkd));
    const described = new Set(examples.flatMap(({ names }) => names));
    const known = [...described].filter((name) => values.has(name));
    assert.ok(known.length >= 50, `${known.length}: ${known.join(', ')}`);
    for (const example of examples) {
      const imported = importedNames(example.code);
      const lacking = example.names.filter((name) => !imported.includes(name));
      assert.deepEqual(lacking, [], `not imported from 'xkd' in ${placeOf(example)}`);
    }
  });

  it('are of at most eight lines, apart from imports and those that only close brackets', () => {
    for (const example of examples) {
      const lines = statementLines(example.code);
      assert.ok(lines.length <= 8, `${placeOf(example)} has ${lines.length} lines`);
    }
  });

  it('compile against the declarations of xkd', () => {
    assert.deepEqual(
      allProblems().filter((problem) => !isOfWrong(problem)),
      [],
    );
  });

  it('are formatted as Prettier formats code', async () => {
    const prettier = await import('prettier');
    const config = await prettier.resolveConfig(projectPath('lib', 'index.ts'));
    for (const example of examples) {
      // The asterisk and the spaces at its sides take three columns.
      const printWidth = (config?.printWidth ?? 80) - 3;
      const formatted = await prettier.format(example.code, { ...config, printWidth, parser: 'typescript' });
      assert.equal(`${example.code}\n`, formatted, placeOf(example));
    }
  });

  describe('print what they say:', () => {
    for (const example of examples) {
      it(`${example.names.join(', ')} (${placeOf(example)})`, () => checkOutput(example));
    }
  });
});

describe('the test of examples', () => {
  it('names file and line of code that does not compile', () => {
    const own = allProblems().filter(isOfWrong);
    assert.match(own.join('\n'), /^lib\/none\.ts:9 Argument of type 'number' .*$/);
  });

  it('fails if something else is printed, an example throws, or it leaves tensors behind', async () => {
    await checkOutput(noted("console.log([1, 2], 'a'); // [ 1, 2 ] a"));
    await assert.rejects(checkOutput(noted('console.log(1); // 2')), /none\.ts:7[\s\S]*'1'[\s\S]*'2'/);
    await assert.rejects(checkOutput(noted('if (false) console.log(1); // 1')), /none\.ts:7/);
    await assert.rejects(checkOutput(noted('console.log(1);')), /says of no line what it prints/);
    await assert.rejects(checkOutput(noted("throw new Error('no');")), /no/);
    const leak = noted("import { tf } from 'xkd';\n\nconsole.log(tf.scalar(1).size); // 1");
    tf.engine().startScope();
    await assert.rejects(checkOutput(leak), /leaves tensors behind/);
    tf.engine().endScope();
  });
});

/** Code as if it stood in a file of lib, from line 7 on. */
function noted(code: string): DocExample {
  return { names: ['tf'], file: projectPath('lib', 'none.ts'), line: 6, code };
}

/** Options of the project's compiler, for modules that may use `await` outside functions. */
function projectOptions(): ts.CompilerOptions {
  const path = projectPath('tsconfig.json');
  const { config } = ts.readConfigFile(path, (name) => readFileSync(name, 'utf8')) as { config: unknown };
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, projectPath());
  return {
    ...parsed.options,
    module: ts.ModuleKind.ES2022,
    noEmit: true,
    incremental: false,
    tsBuildInfoFile: undefined,
    rootDir: undefined,
    declaration: false,
  };
}

/** Errors of the compiler in all examples and in the wrong one; found once, because it takes seconds. */
function allProblems(): readonly string[] {
  return (problems ??= problemsOf([...examples, wrong]));
}

function isOfWrong(problem: string): boolean {
  return problem.startsWith('lib/none.ts:');
}

/** Errors of the compiler, all examples in one program. */
function problemsOf(checked: readonly DocExample[]): string[] {
  // Beside each other in the project, whose node_modules has xkd. These files are never written.
  const byPath = new Map(checked.map((example, i) => [projectPath(`example-${i}.ts`), example]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => byPath.has(path) || fileExists(path);
  host.readFile = (path) => (byPath.has(path) ? moduleOf(byPath.get(path)!) : readFile(path));
  host.getSourceFile = (path, version, ...rest) => {
    const example = byPath.get(path);
    if (example === undefined) return getSourceFile(path, version, ...rest);
    return ts.createSourceFile(path, moduleOf(example), version);
  };
  const program = ts.createProgram([...byPath.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ');
    const example = file && byPath.get(file.fileName);
    if (!file || !example) return `${file?.fileName ?? ''} ${message}`;
    const { line } = file.getLineAndCharacterOfPosition(start ?? 0);
    return `${placeOf(example, line - example.line)} ${message}`;
  });
}

/** Runs an example in a scope and a temporary folder of its own, and compares what it prints with its comments. */
async function checkOutput(example: DocExample): Promise<void> {
  const { code, expected } = withNumberedLogs(example.code);
  assert.ok(expected.size > 0, `${placeOf(example)} says of no line what it prints`);
  const { outputText } = ts.transpileModule(moduleOf({ ...example, code }), {
    compilerOptions: { ...options, module: ts.ModuleKind.CommonJS, noEmit: false, sourceMap: false },
  });
  const run = runInThisContext(`(async (require, exports, console) => {${outputText}\n})`, {
    filename: example.file,
  }) as (load: NodeJS.Require, exports: object, log: object) => Promise<void>;
  const printed: { line: number; text: string }[] = [];
  const log = (line: number, ...values: unknown[]): void => {
    printed.push({ line, text: format(...values) });
  };
  const environment = { ...process.env };
  const restoreEnvironment = (): void => {
    for (const name of Object.keys(process.env)) {
      if (!(name in environment)) Reflect.deleteProperty(process.env, name);
    }
    Object.assign(process.env, environment);
  };
  const folder = mkdtempSync(join(tmpdir(), 'xkd-example-'));
  process.env.TMPDIR = folder;
  const { numTensors } = tf.memory();
  try {
    await run(require, {}, { log });
  } finally {
    restoreEnvironment();
    rmSync(folder, { recursive: true, force: true });
  }
  for (const [line, text] of expected) {
    const found = printed.filter((each) => each.line === line).map((each) => each.text);
    assert.deepEqual(found, [text], `printed by ${placeOf(example, line)}`);
  }
  assert.equal(tf.memory().numTensors, numTensors, `${placeOf(example)} leaves tensors behind`);
}

/** Code whose `console.log` is told the line of each call, from 0, and the text in the comment after each. */
function withNumberedLogs(code: string): { code: string; expected: ReadonlyMap<number, string> } {
  const source = parsed(code);
  const expected = new Map<number, string>();
  const places: { position: number; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(source) === 'console.log') {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      places.push({ position: node.arguments.pos, line });
      const comment = /^;? *\/\/ (.*)/.exec(code.slice(node.end));
      if (comment) expected.set(line, comment[1]);
    }
    node.forEachChild(visit);
  };
  visit(source);
  const numbered = places
    .sort((a, b) => b.position - a.position)
    .reduce((text, { position, line }) => `${text.slice(0, position)}${line}, ${text.slice(position)}`, code);
  return { code: numbered, expected };
}

function importedNames(code: string): string[] {
  return parsed(code).statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement)) return [];
    const { moduleSpecifier, importClause } = statement;
    const bindings = importClause?.namedBindings;
    if (!ts.isStringLiteral(moduleSpecifier) || moduleSpecifier.text !== 'xkd') return [];
    return bindings && ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name.text) : [];
  });
}

function statementLines(code: string): string[] {
  const last = parsed(code).statements.filter(ts.isImportDeclaration).at(-1)?.end ?? 0;
  return code
    .slice(last)
    .split('\n')
    .filter((line) => /\w/.test(line));
}

function parsed(code: string): ts.SourceFile {
  return ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true);
}
