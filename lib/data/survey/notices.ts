import type { DamagedPackets, Notice, NoticeKind } from './survey';
import type { FileTraits } from './traits';

/** An existing clip and the traits of its files. */
export interface SeenClip {
  /** Path relative to the set's folder. */
  readonly name: string;
  readonly split: string | null;
  readonly startSeconds?: number;
  readonly endSeconds?: number;
  /** Null if it is unusable or was not opened. */
  readonly traits: FileTraits | null;
  /** Traits of the file with its sound, if it is a separate one. */
  readonly soundTraits?: FileTraits | null;
  /** Equal for files that are equal byte for byte; null: no other file has the same length. */
  readonly digest: string | null;
}

/** Form of the clips that training cuts. */
export interface ClipForm {
  readonly seconds: number;
  readonly framesPerSecond: number;
}

/**
 * Pictures and sound differ in length if the difference exceeds both limits. Encoders and recorders leave
 * smaller differences, and a window then has both nearly to its end.
 */
const leastDifferenceSeconds = 1;
const leastDifferenceShare = 0.1;

const mostNamed = 5;

/** Remark on a clip; null: none. An empty text: the remark applies, without details. */
type Look = (clip: Seen, form: ClipForm) => string | null;
type Seen = SeenClip & { readonly traits: FileTraits };

interface Row {
  /** Text after the count, for one file and for several. */
  readonly one: string;
  readonly many: string;
  readonly look: Look;
}

const when = (isSo: boolean | undefined, detail = ''): string | null => (isSo ? detail : null);
const heard = ({ traits, soundTraits }: Seen): FileTraits | null =>
  soundTraits === undefined ? traits : soundTraits;

const rows: Readonly<Record<Exclude<NoticeKind, 'duplicate'>, Row>> = {
  videoTracks: {
    one: 'file has several video tracks, of which one is used (--video-track chooses)',
    many: 'files have several video tracks, of which one is used (--video-track chooses)',
    look: ({ traits: { videoTrack: track } }) =>
      when(track !== null && track.of > 1, `track ${track?.used} of ${track?.of}`),
  },
  audioTracks: {
    one: 'file has several audio tracks, of which one is used (--audio-track chooses)',
    many: 'files have several audio tracks, of which one is used (--audio-track chooses)',
    look: (clip) => {
      const track = heard(clip)?.audioTrack ?? null;
      return when(track !== null && track.of > 1, `track ${track?.used} of ${track?.of}`);
    },
  },
  hdr: {
    one: 'file is HDR and is mapped to the standard range',
    many: 'files are HDR and are mapped to the standard range',
    look: ({ traits }) => when(traits.hdr),
  },
  interlaced: {
    one: 'file is interlaced and is deinterlaced: one field of each frame is shown',
    many: 'files are interlaced and are deinterlaced: one field of each frame is shown',
    look: ({ traits }) => when(traits.interlaced),
  },
  silent: {
    one: 'file has a sound track of digital silence',
    many: 'files have sound tracks of digital silence',
    look: (clip) => when(heard(clip)?.content?.silent),
  },
  cancelling: {
    one: 'file has channels that cancel when they are mixed to one, so that little or nothing is heard',
    many: 'files have channels that cancel when they are mixed to one, so that little or nothing is heard',
    look: (clip) => when(heard(clip)?.content?.cancelling),
  },
  still: {
    one: 'file shows a still picture',
    many: 'files show still pictures',
    look: ({ traits }) => when(traits.content?.still),
  },
  black: {
    one: 'file shows nothing but black',
    many: 'files show nothing but black',
    look: ({ traits }) => when(traits.content?.black),
  },
  unlikeLengths: {
    one: 'file has pictures and sound of unlike length',
    many: 'files have pictures and sound of unlike length',
    look: (clip) => {
      const [pictures, sound] = [clip.traits.videoSeconds, heard(clip)?.audioSeconds ?? null];
      if (pictures === null || sound === null) return null;
      const least = Math.max(leastDifferenceSeconds, leastDifferenceShare * Math.max(pictures, sound));
      return when(
        Math.abs(pictures - sound) > least,
        `pictures ${pictures.toFixed(1)} s, sound ${sound.toFixed(1)} s`,
      );
    },
  },
  short: {
    one: 'clip is shorter than the window that training cuts, so that it is repeated or followed by silence',
    many: 'clips are shorter than the window that training cuts, so that they are repeated or followed by silence',
    look: (
      { traits: { usableSeconds }, startSeconds = 0, endSeconds = Infinity },
      { seconds, framesPerSecond },
    ) => {
      if (usableSeconds === null) return null;
      const length = Math.min(usableSeconds, endSeconds) - startSeconds;
      // Counted as when a window is cut.
      const frames = Math.ceil(length * framesPerSecond - 1e-6);
      return when(length > 0 && frames < seconds * framesPerSecond, `${length.toFixed(1)} of ${seconds} s`);
    },
  },
};

/** Remarks on usable clips, kind by kind. */
export function noticesOf(clips: readonly SeenClip[], form: ClipForm): Notice[] {
  const seen = clips.filter((clip): clip is Seen => clip.traits !== null);
  return Object.entries(rows).flatMap(([kind, { one, many, look }]) => {
    const found = new Map<string, string>();
    for (const clip of seen) {
      const detail = look(clip, form);
      if (detail !== null) found.set(clip.name, detail);
    }
    if (found.size === 0) return [];
    const files = [...found].map(([path, detail]) => ({ path, detail }));
    return [
      {
        kind: kind as NoticeKind,
        sentence: `${files.length} ${files.length === 1 ? one : many}: ${namedFiles(files)}`,
        files,
      },
    ];
  });
}

/** Clips whose files have damaged packets, and how many. */
export function damagedFiles(clips: readonly SeenClip[]): DamagedPackets[] {
  const found = new Map<string, DamagedPackets>();
  clips.forEach(({ name, traits, soundTraits }) => {
    const contents = [traits, soundTraits].flatMap((of) => of?.content ?? []);
    const damaged = contents.reduce((sum, { damagedPackets }) => sum + damagedPackets, 0);
    const packets = contents.reduce((sum, content) => sum + content.packets, 0);
    if (damaged > 0) found.set(name, { path: name, damaged, packets });
  });
  return [...found.values()];
}

/** The first names, as the end of a sentence. */
export function namedFiles(files: Notice['files']): string {
  const names = files
    .slice(0, mostNamed)
    .map(({ path, detail }) => (detail === '' ? path : `${path} (${detail})`));
  return names.join('; ') + (files.length > mostNamed ? '; ...' : '.');
}
