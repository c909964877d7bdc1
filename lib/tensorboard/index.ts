export * from './board';
export { clipPictures as boardPictures, type BoardClips } from './pictures';
