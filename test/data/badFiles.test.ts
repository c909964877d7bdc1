import assert from 'node:assert/strict';
import { UserError } from 'xkd';
import { BadFileList, type ClipPurpose } from 'xkd/dist/data/lists/badFiles';
import { lacksStream } from 'xkd/dist/media/badMedia';

describe('files that cannot be used', () => {
  const entries = Array.from({ length: 4 }, (_, i) => ({ path: `/set/${i}.mp4`, label: null, split: null }));
  const sentence = (purpose: ClipPurpose, ...reasons: string[]): string => {
    const list = new BadFileList(entries, 0.25, purpose);
    try {
      reasons.forEach((reason, i) => list.add(entries[i], reason));
    } catch (error) {
      assert.ok(error instanceof UserError);
      return error.message;
    }
    return '';
  };

  it('may be so many, and no more', () => {
    assert.equal(sentence('evaluation', 'is empty'), '');
    assert.match(
      sentence('evaluation', 'is empty', 'is truncated'),
      /^2 of 4 files cannot be used \(\/set\/0\.mp4 is empty; \/set\/1\.mp4 is truncated\), .*repair or remove them \("xkd data check" names all\)/,
    );
  });

  it('are not those without the modality that is evaluated, as long as some have it', () => {
    const { audio } = lacksStream;
    assert.equal(sentence('evaluation', audio, audio, audio), '');
    assert.equal(sentence('evaluation', 'is empty', audio, audio), '');
    assert.match(sentence('evaluation', 'is empty', audio, 'is truncated'), /^2 of 4 files cannot be used/);
    assert.match(sentence('pretraining', audio, audio), /^2 of 4 files cannot be used/);
  });

  it('are of use for the modality that they have', () => {
    const { video, audio } = lacksStream;
    const all = (reason: string): string => sentence('evaluation', reason, reason, reason, reason);
    assert.match(all(audio), /^4 of 4 files .*: add --modality video, which they have,/);
    assert.match(all(video), /^4 of 4 files .*: add --modality audio, which they have,/);
    assert.match(sentence('evaluation', audio, video, audio, video), /: repair or remove them/);
    assert.match(
      sentence('pretraining', audio, audio),
      /: pretraining learns from pictures and their sound,/,
    );
  });
});
