export type { Aggregate, RunValue } from './aggregate';
export type { PaperComparison } from './compareWithPaper';
export { reportCsv } from './csv';
export * from './findResults';
export * from './makeReport';
export { reportMarkdown } from './markdown';
