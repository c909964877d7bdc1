import { writeFileSync } from 'node:fs';
import { ffmpeg, ordinaryClip } from '../media/fixtures';

/**
 * Creates a data set with all kinds of files: ordinary ones of several lengths, segments of one file, a file
 * without sound, one without pictures, and two unusable ones.
 *
 * @param file returns the path of a file in the data set's folder
 * @returns number of clips usable for both modalities, and of all clips
 */
export function makeOriginals(file: (name: string) => string): { usable: number; all: number } {
  const lengths = [0.6, 1.2, 1.9, 2.4, 3.1, 4.2];
  lengths.forEach((seconds, i) =>
    ordinaryClip(file(`clip ${i}.mp4`), seconds, { hue: 40 * i, size: '72x48' }),
  );
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=d=1.5:s=64x64:r=25'];
  ffmpeg(...picture, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', file('silent.mp4'));
  ffmpeg('-f', 'lavfi', '-i', 'sine=f=500:d=1.5', file('sound.wav'));
  writeFileSync(file('text.mp4'), 'no video at all');
  const rows = [
    ...lengths.map((_, i) => `clip ${i}.mp4,${i % 2 ? 'odd' : 'even'},${i < 4 ? 'train' : 'test'},,`),
    'clip 5.mp4,even,train,0.5,1.9',
    'clip 5.mp4,odd,train,1.25,',
    'silent.mp4,odd,train,,',
    'sound.wav,odd,train,,',
    'text.mp4,even,train,,',
    'missing.mp4,even,train,,',
  ];
  writeFileSync(file('index.csv'), `path,label,split,start,end\n${rows.join('\n')}\n`);
  return { usable: lengths.length + 2, all: rows.length };
}
