import { probe } from '../../media';
import { findMedia } from '../lists/mediaFiles';
import { audioExtensions, videoExtensions } from '../lists/mediaNames';
import type { FoundClip, ListedClip } from './layout';
import { FileKeys } from './places';

export interface FoundSegment extends FoundClip {
  /**
   * True if its name states where it was cut, so that the file is the clip itself and not the whole video.
   */
  readonly isCut: boolean;
}

/**
 * Files of clips cut from web videos, anywhere below a folder. Their names hold the video's id, id and start,
 * or id, start and end, in the formats of the usual downloaders: `ID_30.wav`, `ID_30.0-40.0.wav`,
 * `ID_30000_40000.flac`, `ID_000030_000040.mp4`, also with a leading Y. A video and a sound of the same name
 * are one clip.
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

  /** The file of a clip of a video. @param id the video's id */
  find(id: string, listed: ListedClip): FoundSegment {
    const cut = this.take(cutNames(id, listed));
    if (cut.path !== null) return { listed, ...cut, isCut: true };
    return { listed, ...this.take([id, `Y${id}`]), isCut: false };
  }

  /** Paths of files that belong to none of the requested clips. */
  get left(): string[] {
    return [...this.videos.left, ...this.sounds.left];
  }

  /** The video and the sound of one of these names, or whichever exists. */
  private take(names: readonly string[]): Pick<FoundClip, 'path' | 'sound'> {
    const [video, sound] = [this.videos.take(...names), this.sounds.take(...names)];
    if (video === null || sound === null) return { path: video ?? sound };
    return { path: video, sound };
  }
}

/** Names that downloaders give to a clip cut from a video. */
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
 * Decides whether files named by the id alone are whole videos or clips cut from them, since copies of the
 * set differ. A few files are checked: whether they are long enough to hold the times in the table.
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

/** True if a file that is only the clip would be too short to contain the times in the table. */
function isLate({ startSeconds = 0, endSeconds = 0 }: ListedClip): boolean {
  return startSeconds >= endSeconds - startSeconds;
}

const mostProbed = 9;
const leastHeldSeconds = 0.5;
