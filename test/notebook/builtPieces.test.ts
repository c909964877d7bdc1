import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from 'xkd';

interface Cell {
  readonly cell_type: 'markdown' | 'code';
  readonly source: readonly string[];
  readonly outputs?: readonly { readonly text?: readonly string[] }[];
}

/** Each piece of the method: the function that computes it, and the notebook that builds it in tfjs before the first call. */
const builtPieces = {
  patches: { name: 'patchifyVideo', notebook: '00' },
  mask: { name: 'maskFromNoise', notebook: '02' },
  'moving average': { name: 'followStudents', notebook: '03' },
  'centring and sharpening': { name: 'teacherDistribution', notebook: '03' },
  'distillation loss': { name: 'distillationLoss', notebook: '03' },
  centre: { name: 'nextCentre', notebook: '03' },
  MMD: { name: 'mmd', notebook: '03' },
  'cross-modal weights': { name: 'crossModalWeights', notebook: '03' },
  refinement: { name: 'refine', notebook: '03' },
} as const;

const folder = projectPath('notebooks');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.ipynb'))
  .sort();

describe('the course builds before it calls', () => {
  for (const [piece, { name, notebook }] of Object.entries(builtPieces)) {
    it(`${piece}: in tfjs first, equal to ${name}`, () => {
      const file = names.find((each) => codeCells(each).some((cell) => calls(cell, name)))!;
      assert.ok(file.startsWith(notebook), `${name} is first called in ${file}`);
      const cell = codeCells(file).find((each) => calls(each, name))!;
      const source = cell.source.join('');
      const operations =
        source.slice(0, source.search(call(name))).match(/\btf\.(?!tensor|tidy)\w+\(/g) ?? [];
      assert.ok(operations.length >= 3, `${operations.length} operations before ${name}`);
      const printed = (cell.outputs ?? []).flatMap(({ text }) => text ?? []).join('');
      const differences = [...printed.matchAll(/largest difference (\S+)/g)].map(([, value]) =>
        Number(value),
      );
      assert.equal(differences.length, source.match(/largest difference'/g)?.length);
      assert.ok(differences.length > 0);
      for (const difference of differences) assert.ok(difference < 1e-6, printed);
    });
  }
});

function codeCells(name: string): Cell[] {
  const { cells } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { cells: Cell[] };
  return cells.filter(({ cell_type: type }) => type === 'code');
}

function calls({ source }: Cell, name: string): boolean {
  return call(name).test(source.join(''));
}

function call(name: string): RegExp {
  return new RegExp(`\\b${name}\\(`);
}
