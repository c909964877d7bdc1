export { ffmpegPath } from './ffmpeg';
