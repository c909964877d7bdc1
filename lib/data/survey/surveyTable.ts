import type { ValueTable } from '../../shown';
import type { DatasetSurvey } from './survey';

/** A survey as a table: a row for each side of a fold, and what is not as it should be below. */
export function surveyTable({ dataset, clips, parts, classes, opened, findings }: DatasetSurvey): ValueTable {
  const rows = [{ name: 'all', ...clips, published: null }, ...parts];
  const files = opened && `${opened.files} files ${opened.decoded ? 'decoded' : 'opened'}, ${opened.broken.length} broken.`;
  return {
    caption: `${dataset.title}: ${clips.present} of ${clips.listed} clips are there, ${classes.length} classes`,
    rows: rows.map(({ name, listed, present, published }) => ({
      part: name,
      listed,
      present,
      missing: listed - present,
      published: published ?? '',
    })),
    notes: [...(files ? [files] : []), ...(findings.length > 0 ? findings : ['All is well.'])],
  };
}
