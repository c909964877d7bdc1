import { probe } from '../../media';
import { findMedia } from '../mediaFiles';
import { audioExtensions, videoExtensions } from '../mediaNames';
import type { FoundClip, ListedClip } from './layout';
import { FileKeys } from './places';

export interface FoundSegment extends FoundClip {
  /** Its name tells where it was cut out, so that it is the clip and not the video around it. */
  readonly isCut: boolean;
}

/**
 * Files of stretches of videos of the web, anywhere below a folder, named by the id of the video, by id and start or by id,
 * start and end, in the ways of the usual downloaders: `ID_30.wav`, `ID_30.0-40.0.wav`, `ID_30000_40000.flac`,
 * `ID_000030_000040.mp4`, also with a leading Y. A video and a sound of one name are one clip.
 */
export class CutFiles {
  private readonly videos: FileKeys;
  private readonly sounds: FileKeys;

  constructor(folder: string) {
    const [videos, sounds] = [videoExtensions, audioExtensions].map(
      (extensions) => new FileKeys(findMedia(folder, extensions), ({ stem }) => stem),
    );
    [this.videos, this.sounds] = [videos, sounds];
  }

  /** The file of a clip of a video. @param id the video's */
  find(id: string, listed: ListedClip): FoundSegment {
    const cut = this.take(cutNames(id, listed));
    if (cut.path !== null) return { listed, ...cut, isCut: true };
    return { listed, ...this.take([id, `Y${id}`]), isCut: false };
  }

  /** Paths of files that belong to no clip that was asked for. */
  get left(): string[] {
    return [...this.videos.left, ...this.sounds.left];
  }

  /** The video of one of these names and its sound, or whichever is there. */
  private take(names: readonly string[]): Pick<FoundClip, 'path' | 'sound'> {
    const [video, sound] = [this.videos.take(...names), this.sounds.take(...names)];
    if (video === null || sound === null) return { path: video ?? sound };
    return { path: video, sound };
  }
}

/** What downloaders call a clip that they cut out of a video. */
function cutNames(id: string, { startSeconds = 0, endSeconds = 0 }: ListedClip): string[] {
  return timeFormats.flatMap((format) => {
    const [start, end] = [format(startSeconds), format(endSeconds)];
    const names = [`${id}_${start}`, `${id}_${start}_${end}`, `${id}_${start}-${end}`];
    return [...names, ...names.map((name) => `Y${name}`)];
  });
}

/** `1.5` and `30`, `30.0`, `30.000`, in milliseconds, `000030`. */
const timeFormats: readonly ((seconds: number) => string)[] = [
  (seconds) => `${seconds}`,
  (seconds) => (Number.isInteger(seconds) ? seconds.toFixed(1) : `${seconds}`),
  (seconds) => seconds.toFixed(3),
  (seconds) => `${Math.round(1000 * seconds)}`,
  (seconds) => `${Math.round(seconds)}`.padStart(6, '0'),
];

/**
 * Files named by the id alone are whole videos in some copies of the set and clips cut out of them in others: a few
 * tell which, by whether they are long enough to hold what the table says.
 */
export async function asCut(found: readonly FoundSegment[]): Promise<FoundClip[]> {
  const doubtful = found.filter(({ path, isCut, listed }) => path !== null && !isCut && isLate(listed));
  let tooShort = 0;
  let longEnough = 0;
  for (const { path, listed } of doubtful.slice(0, mostProbed)) {
    const seconds = await probe(path!).then(
      ({ durationSeconds }) => durationSeconds,
      () => null,
    );
    if (seconds === null) continue;
    if (seconds < listed.startSeconds! + leastHeldSeconds) tooShort++;
    else longEnough++;
  }
  const areClips = tooShort > longEnough;
  return found.map(({ listed, path, sound, isCut }) => {
    if (!isCut && !areClips) return { listed, path, sound };
    const { name, label, labels, split, roles } = listed;
    return { listed: { name, label, labels, split, roles }, path, sound };
  });
}

/** Whether a file that is the clip itself would be too short to hold the stretch in the table. */
function isLate({ startSeconds = 0, endSeconds = 0 }: ListedClip): boolean {
  return startSeconds >= endSeconds - startSeconds;
}

const mostProbed = 9;
const leastHeldSeconds = 0.5;
