export type {
  DatasetSurvey,
  MissingClip,
  Notice,
  NoticeKind,
  OpenedFiles,
  SurveyClass,
  SurveyPart,
} from './survey';
export { surveyDataset, type SurveyArgs } from './surveyDataset';
