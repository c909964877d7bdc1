export { clipPreview, type PreviewArgs, type PreviewKind } from './clipPreview';
export { divideClips, largestClassShare, type DividedClips, type DivideArgs } from './divideClips';
export {
  extractFolder,
  type ExtractedFolder,
  type ExtractFolderArgs,
  type OriginalFile,
} from './extractFolder';
export { limitClips } from './limitClips';
export { progressBars } from './progressBars';
export { crossModalRows, nearestRows, type CrossModalRowsArgs, type Match } from './ranking';
export { resumablePretraining, type ResumableArgs, type ResumableRun } from './resumablePretraining';
export { showMatches, type ShowMatchesArgs } from './showMatches';
export { badFileRows, surveyFolder, surveyRows } from './surveyFolder';
export { workFolder, type WorkFolder } from './workFolder';
