import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from 'xkd';

interface Cell {
  readonly cell_type: 'markdown' | 'code';
  readonly source: string | string[];
  readonly outputs?: readonly {
    readonly output_type: string;
    readonly name?: string;
    readonly data?: object;
  }[];
}

const folder = projectPath('notebooks');
const names = readdirSync(folder).filter((name) => name.endsWith('.ipynb'));
const text = ({ source }: Cell): string => [source].flat().join('');

describe('committed notebooks', () => {
  it('are there', () => {
    assert.ok(names.includes('00_start_here.ipynb'));
    assert.ok(names.includes('01_data_extraction.ipynb'));
  });

  it('show each equation once', () => {
    const shown = new Map<string, string>();
    for (const name of names) {
      const { cells } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { cells: Cell[] };
      for (const [, equations] of cells
        .map(text)
        .join('\n')
        .matchAll(/\$\$([\s\S]+?)\$\$/g)) {
        for (const equation of equations.split(/\\q?quad/).map((part) => part.replace(/[\s,.]/g, ''))) {
          assert.equal(shown.get(equation), undefined, `${equation} in ${name}`);
          shown.set(equation, name);
        }
      }
    }
    assert.ok(shown.size > 40, String(shown.size));
  });

  for (const name of names) {
    describe(name, () => {
      const file = join(folder, name);
      const notebook = JSON.parse(readFileSync(file, 'utf8')) as {
        cells: Cell[];
        metadata: { kernelspec: object };
      };
      const code = notebook.cells.filter(({ cell_type: type }) => type === 'code');

      it('runs on the TypeScript kernel and stays below 1 MB', () => {
        assert.deepEqual(notebook.metadata.kernelspec, {
          display_name: 'TypeScript',
          language: 'typescript',
          name: 'tslab',
        });
        assert.ok(statSync(file).size < 1_000_000, `${statSync(file).size} bytes`);
      });

      it('has small cells that import from xkd alone and define no classes', () => {
        for (const cell of code) {
          assert.ok(text(cell).split('\n').length <= 15, text(cell));
          assert.doesNotMatch(text(cell), /^\s*(export )?(abstract )?class /m);
          for (const [, from] of text(cell).matchAll(/from '([^']+)'/g)) assert.equal(from, 'xkd');
        }
      });

      it('speaks before every second cell at the latest', () => {
        const kinds = notebook.cells.map(({ cell_type: type }) => type[0]).join('');
        assert.match(kinds, /^m+(c{1,2}m+)*$/);
        assert.match(text(notebook.cells[0]), /question[\s\S]*What you will see[\s\S]*Run time[\s\S]*need/i);
      });

      it('ends with a recap, three exercises with folded solutions, and what comes next', () => {
        const end = text(notebook.cells.at(-2)!);
        assert.match(end, /## Recap[\s\S]*## Exercises[\s\S]*\*\*Next:\*\*/);
        const solutions =
          end.match(/<details><summary>Solution<\/summary>\n\n[\s\S]+?\n\n<\/details>/g) ?? [];
        assert.equal(solutions.length, 3);
      });

      it('closes with a quiz of three to five questions, each with a folded answer', () => {
        const [title, ...questions] = text(notebook.cells.at(-1)!).split(/^\*\*\d+\.\*\* /m);
        assert.match(title, /^## Quiz\n/);
        assert.ok(questions.length >= 3 && questions.length <= 5, String(questions.length));
        for (const question of questions)
          assert.match(
            question.trim(),
            /^[^<]*\?[^<]*\n\n<details><summary>Answer<\/summary>\n\n((?!<\/?details>)[\s\S])+\n\n<\/details>$/,
          );
      });

      it('keeps the outputs of a run without errors', () => {
        const outputs = code.flatMap((cell) => cell.outputs ?? []);
        assert.ok(outputs.length > 0);
        assert.deepEqual(
          outputs.filter(({ output_type: type, name }) => type === 'error' || name === 'stderr'),
          [],
        );
        assert.ok(outputs.some(({ data }) => data && 'application/vnd.plotly.v1+json' in data));
      });
    });
  }
});
