import { surveyDataset, type BadFile, type DatasetSurvey } from '../../data';
import { UserError } from '../../errors';
import { progressBar } from '../progressBar';
import type { Row } from '../../table';
import { interruptible } from './interruptible';
import { openedLogPath } from './workFolder';
import { lacksStream } from '../../media';

/**
 * Opens every file of a folder, with a progress bar below the cell. Results are kept, so that a second call
 * opens only new files.
 *
 * @throws UserError if the folder has no videos, or the survey was interrupted
 */
export async function surveyFolder(folder: string): Promise<DatasetSurvey> {
  let bar: ReturnType<typeof progressBar> | undefined;
  const onProgress = (done: number, total: number, broken: number): void => {
    bar ??= progressBar(total, 'opening files', { unit: 'files' });
    bar.update(done, broken > 0 ? `${broken} not usable` : '');
  };
  const survey = await interruptible(async (signal) => {
    const found = await surveyDataset(folder, {
      open: { decode: false, log: openedLogPath(), onProgress, signal },
      allowMissing: true,
    });
    if (found === null) throw new UserError('The check was stopped.');
    return found;
  });
  bar?.finish();
  return survey;
}

/** Counts of a survey as table rows. */
export function surveyRows({ clips, classes, parts, opened }: DatasetSurvey): Row[] {
  const rows: [what: string, count: number | string][] = [['files', clips.present]];
  if (clips.missing > 0) rows.push(['listed, but not there', clips.missing]);
  for (const { name, present } of parts) {
    if (present > 0 && present < clips.present) rows.push([`of them in "${name}"`, present]);
  }
  rows.push(['classes', classes.length]);
  if (opened) {
    rows.push(['cannot be used', opened.broken.length]);
    rows.push(['without sound', opened.withoutSound], ['without pictures', opened.withoutPictures]);
    rows.push(['length in all', lengthText(opened.totalSeconds)]);
  }
  return rows.map(([what, count]) => ({ 'in the folder': what, count }));
}

/** Files that cannot be used, each with the reason and a remedy. */
export function badFileRows(files: readonly BadFile[]): Row[] {
  return files.map(({ path, reason }) => ({ file: path, 'it ...': reason, 'way out': wayOut(reason) }));
}

function wayOut(reason: string): string {
  if (reason === lacksStream.audio) return 'record it with sound, or leave it out: XKD learns from pairs';
  if (reason === lacksStream.video) return 'leave it out, or put its pictures beside the sound';
  if (/could not be read|cannot be read|EACCES|ENOENT/.test(reason)) return 'check that you may read it';
  if (/is empty/.test(reason)) return 'copy it again: nothing arrived';
  if (/moov atom/.test(reason)) return 'copy it again: without its index nothing in it can be found';
  if (/truncated/.test(reason)) return 'copy it again, or keep what is there: "ffmpeg -i FILE new.mp4"';
  return 'play it: if it plays, convert it with "ffmpeg -i FILE new.mp4", else copy it again or leave it out';
}

function lengthText(seconds: number): string {
  return seconds < 120 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`;
}
