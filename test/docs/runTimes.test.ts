import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { projectPath } from 'xkd';

interface Run {
  readonly seconds: number;
  readonly fast: boolean;
}

describe("README's run times", () => {
  const readme = readFileSync(projectPath('README.md'), 'utf8');
  const rows = [...readme.matchAll(/^\| \[(\d\d_\w+)\]\([^)]*\) \|.*\| ([^|]+) \|$/gm)];
  const runs = rows.map(([, name, times]) => {
    const notebook = readFileSync(projectPath('notebooks', `${name}.ipynb`), 'utf8');
    const { xkd } = (JSON.parse(notebook) as { metadata: { xkd: Run } }).metadata;
    return { name, said: secondsIn(times).at(-1), ...xkd };
  });

  it('are those of the full runs whose outputs the notebooks have', () => {
    assert.equal(runs.length, 9);
    for (const { name, said, seconds, fast } of runs) {
      assert.ok(!fast, name);
      assert.equal(said, seconds, name);
    }
  });

  it('add up to the total', () => {
    const [, total] = /clean state, ([\dmins ]+) in total/.exec(readme)!;
    assert.deepEqual(secondsIn(total), [runs.reduce((sum, { seconds }) => sum + seconds, 0)]);
  });
});

/** Times such as `24 s` and `2 min 5 s` in a text [s]. */
function secondsIn(text: string): number[] {
  return [...text.matchAll(/(?:(\d+) min ?)?(\d+) s\b/g)].map(
    ([, minutes = '0', seconds]) => 60 * Number(minutes) + Number(seconds),
  );
}
