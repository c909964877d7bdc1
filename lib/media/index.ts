export { ffmpegPath } from './ffmpegPath';
export { BadMedia, lacksStream } from './badMedia';
export { probe } from './probe';
export type { AudioStreamInfo, MediaInfo, VideoStreamInfo } from './mediaInfo';
export { decodeClip, type ClipArgs, type DecodedClip } from './decode';
export type { Tracks } from './tracks';
