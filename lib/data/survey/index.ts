export type { DatasetSurvey, MissingClip, OpenedFiles, SurveyClass, SurveyPart } from './survey';
export { surveyDataset, type SurveyArgs } from './surveyDataset';
