import assert from 'node:assert/strict';
import { formatProbe } from 'xkd/dist/cli/probeTable';
import type { ClassifierResult, ProbeResult } from 'xkd/internal';

describe('formatProbe', () => {
  it('prints accuracies in per cent and the confusion matrix', () => {
    const text = formatProbe(result(['glass', 'oak'], [[7, 1], [0, 12]]), 'runs/a/step.safetensors'); // prettier-ignore
    assert.match(
      text,
      /^runs\/a\/step\.safetensors\nvideo student, 64 features; 2 classes, 40 clips to learn from, 20 to test; chance 60\.0 %\n/,
    );
    assert.match(text, /^logistic regression +95\.0 % 100\.0 % {3}0\.1$/m);
    assert.match(text, /^linear SVM +95\.0 % 100\.0 % {3}0\.1$/m);
    assert.match(text, /^ {2}1 glass {2}7 {2}1$\n^ {2}2 oak {4}\. 12$/m);
  });

  it('names files that could not be used', () => {
    const skipped = [{ path: '/clips/bad.mp4', reason: 'is empty' }];
    const text = formatProbe({ ...result(['a', 'b'], [[1, 0], [0, 1]]), skipped }, 'x'); // prettier-ignore
    assert.match(text, /1 files? could not be used: \/clips\/bad\.mp4 \(is empty\)/);
  });

  it('of many classes prints the most frequent confusions only', () => {
    const classes = Array.from({ length: 400 }, (_, k) => `class${k}`);
    const confusion = classes.map((_, own) => classes.map<number>((_, k) => (k === own ? 5 : 0)));
    confusion[3][7] = 4;
    confusion[8][9] = 2;
    const text = formatProbe(result(classes, confusion), 'x');
    assert.match(text, / {5}4 {2}class3 taken for class7\n {5}2 {2}class8 taken for class9\n$/);
  });
});

function result(classes: string[], confusion: number[][]): ProbeResult {
  const classifier: ClassifierResult = { cost: 0.1, costsTried: [], top1: 0.95, top5: 1, confusion };
  return {
    modality: 'video',
    tower: 'student',
    classes,
    features: 64,
    trainClips: 40,
    testClips: 20,
    skipped: [],
    chance: 0.6,
    costChoice: 'cross-validation',
    logistic: classifier,
    svm: classifier,
  };
}
