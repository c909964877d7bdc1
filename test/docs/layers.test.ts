import * as assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { projectPath } from 'xkd';

const lib = projectPath('lib');

/** Source files of lib, relative to it, with the files from which each imports values. */
const imports = new Map(
  readdirSync(lib, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/^(dist|node_modules)[\\/]/.test(file))
    .map((file) => [file, importedValues(file)]),
);

/** Layers of docs/architecture.md's picture, by folder; a folder imports from layers of a larger number, or its own. */
const layerOf = layers();

describe('the structure of lib', () => {
  it('has no cycle of imports', () => {
    assert.ok(imports.size > 500, `only ${imports.size} files were read`);
    assert.deepEqual(cycles(imports), []);
  });

  it('has a cycle in a graph that was given one', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ]);
    assert.deepEqual(cycles(graph), [['b', 'c']]);
  });

  it('imports only downwards in the picture of docs/architecture.md', () => {
    const upwards: string[] = [];
    for (const [file, used] of imports) {
      const from = layerOf.get(folderOf(file));
      if (from === undefined) continue; // Files beside the folders, such as errors.ts, belong to no layer.
      for (const other of used) {
        const to = layerOf.get(folderOf(other));
        if (to !== undefined && to < from) upwards.push(`${file} imports ${other}`);
      }
    }
    assert.deepEqual(upwards, []);
  });

  it('has every folder of lib in that picture', () => {
    const folders = [...new Set([...imports.keys()].filter((file) => file.includes('/')).map(folderOf))];
    assert.deepEqual(
      folders.filter((folder) => !layerOf.has(folder)),
      [],
    );
  });
});

describe('the core of lib', () => {
  const core = reached('core/index.ts');

  it('has the model and the step, and nothing that is bound to Node', () => {
    for (const file of [
      'model/xkd.ts',
      'losses/mmd.ts',
      'train/step/step.ts',
      'data/spectrogram/logMel.ts',
    ]) {
      assert.ok(core.has(file), file);
    }
    const packages = [...core]
      .filter((file) => file !== 'tensor/native.ts')
      .flatMap((file) => importStatements(file).map(({ from }) => from))
      .filter((from) => !from.startsWith('.'));
    assert.deepEqual([...new Set(packages)].sort(), ['fft.js', 'seedrandom', 'umap-js', 'zod']);
  });

  it('uses no global of Node', () => {
    const globals = [...core].filter(
      (file) =>
        file !== 'tensor/native.ts' &&
        /(?<![\w.'"`/])(?:process\.|Buffer\b|require\(|__dirname|setImmediate)/.test(withoutComments(file)),
    );
    assert.deepEqual(globals, []);
  });
});

/** A file and all that it imports, directly or not. */
function reached(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const next of imports.get(file)!) reached(next, found);
  return found;
}

function withoutComments(file: string): string {
  return readFileSync(join(lib, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
}

function folderOf(file: string): string {
  return file.split('/', 1)[0];
}

/** The relative imports of values, which exist at run time. */
function importedValues(file: string): string[] {
  return importStatements(file).flatMap(({ from }) => {
    if (!from.startsWith('.')) return [];
    const target = normalize(join(dirname(file), from));
    return [`${target}.ts`, join(target, 'index.ts')].filter((candidate) => existsSync(join(lib, candidate)));
  });
}

/** Imports and re-exports of values, not of types alone. */
function importStatements(file: string): { readonly names: string; readonly from: string }[] {
  const source = readFileSync(join(lib, file), 'utf8');
  const statements = source.matchAll(/^(?:import|export)\s(?!type\s)(?:([^;]*?)from )?'([^']+)';/gm);
  return [...statements]
    .map(([, names = '', from]) => ({ names: names.trim(), from }))
    .filter(({ names }) => {
      const named = /^\{([\s\S]*)\}$/.exec(names);
      const each = named?.[1].split(',').map((name) => name.trim()) ?? [];
      return !named || each.some((name) => name !== '' && !name.startsWith('type '));
    });
}

/** Groups of files that import each other, by Tarjan's algorithm. */
function cycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(file, Math.min(low.get(file)!, low.get(next)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) found.push(group.sort());
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return found;
}

/** Reads the chain of layers from the diagram: `a["x, y"] --> b["z"]`, the top one first. */
function layers(): Map<string, number> {
  const text = readFileSync(projectPath('docs', 'architecture.md'), 'utf8');
  const diagram = /```mermaid\n([\s\S]*?)```/.exec(text)![1];
  const named = new Map<string, string>();
  const order: string[][] = [];
  for (const line of diagram.split('\n').filter((each) => each.includes('-->'))) {
    for (const part of line.split('-->')) {
      const ids = part.split('&').map((word) => {
        const [, id, folders] = /^\s*(\w+)(?:\["(.*)"\])?\s*$/.exec(word)!;
        if (folders) named.set(id, folders);
        return id;
      });
      if (!order.some((each) => each.join() === ids.join())) order.push(ids);
    }
  }
  return new Map(
    order.flatMap((ids, layer) =>
      ids.flatMap((id) => (named.get(id) ?? id).split(', ')).map((folder) => [folder, layer] as const),
    ),
  );
}
