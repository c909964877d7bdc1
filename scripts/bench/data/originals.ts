import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { openDataset, type Dataset } from 'xkd/dist/data';
import { makeFolder } from 'xkd/dist/files';
import { ffmpegPath } from 'xkd/dist/media/ffmpeg/ffmpeg';

/** Clips like those of Kinetics: 10 s, 340x256, H.264 with AAC. */
const usual = { files: 8, seconds: 10, size: '340x256' } as const;

/** The data set to measure: the given one, or a few files made in a folder. */
export async function openOriginals(data: string | null, folder: string): Promise<Dataset> {
  return openDataset(data ?? makeOriginals(join(folder, 'originals')));
}

function makeOriginals(folder: string): string {
  makeFolder(folder);
  for (let i = 0; i < usual.files; i++) {
    // Synthetic movement with noise: about 1 Mbit/s, like a filmed scene.
    const picture = `testsrc2=s=${usual.size}:r=25,hue=h=${40 * i},noise=alls=12:allf=t,gblur=sigma=0.8`;
    const sound = `anoisesrc=c=pink:a=0.3:seed=${i}:r=44100`;
    execFileSync(ffmpegPath(), [
      ...['-v', 'error', '-y', '-nostdin', '-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound],
      ...['-t', String(usual.seconds), '-c:v', 'libx264', '-preset', 'medium', '-pix_fmt', 'yuv420p'],
      ...['-g', '250', '-c:a', 'aac', '-b:a', '128k', '-movflags', '+faststart', join(folder, `${i}.mp4`)],
    ]);
  }
  return folder;
}
