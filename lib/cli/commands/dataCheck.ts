import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { DatasetSurvey } from '../../data/survey';
import { exitCodeOf, watchInterrupt } from '../../train/interrupt';
import { datasetOptions, parseColumns, type DatasetFlags } from '../datasetOptions';
import { withExamples } from '../help';
import { Progress } from '../progress';
import { trackOptions, type TrackFlags } from '../trackOptions';

interface CheckFlags extends DatasetFlags, TrackFlags {
  readonly data: string;
  readonly out?: string;
  readonly figure?: string;
  readonly probe: boolean;
  readonly decode?: boolean;
  readonly json?: boolean;
}

/** Something is missing or broken, or counts differ from the published ones. */
const findingsExitCode = 3;

const examples = [
  'xkd data check --dataset ucf101 --data /data/ucf101 --out checks/ucf101',
  'xkd data check --dataset kinetics400 --data /data/k400 --no-probe --allow-missing --figure balance.html',
  'xkd data check --dataset csv --data clips.csv --columns path=file,labels=tags --separator "|"',
];
const remarks =
  'Exit code: 0 nothing is wrong, 1 it could not be checked, 3 something is missing, broken or not as published.';

/** `xkd data check`: compares the files of a data set with what is published. */
export function registerDataCheck(data: Command): void {
  const command = data
    .command('check')
    .description('Count, find and open the files of a data set, and compare them with what is published');
  datasetOptions(command, { missing: 'count missing files without treating them as a fault' });
  trackOptions(command)
    .option('--no-probe', 'do not open the files')
    .option(
      '--decode',
      'decode every file from start to end, and look at what it shows; of an extracted set, read all bytes',
    )
    .option(
      '--out <folder>',
      'write check.json and tables of classes, missing, broken and odd files; continue from there',
    )
    .option('--figure <file>', 'write a page with the balance of the classes')
    .option('--json', 'print one JSON object instead of tables')
    .action(check);
  withExamples(command, examples, remarks);
}

async function check(flags: CheckFlags): Promise<void> {
  const interrupt = watchInterrupt({ secondEnds: true });
  const stop = new AbortController();
  void interrupt.whenRequested.then(() => stop.abort());
  let progress: Progress | undefined;
  const onProgress = (done: number, total: number, broken: number): void => {
    progress ??= new Progress({ label: 'data check', unit: 'files', total, from: done - 1 });
    progress.update(done, { broken });
  };
  try {
    // Loaded here, so that other commands don't wait for it.
    const { surveyDataset } = await import('../../data/survey');
    const { formatSurvey } = await import('../surveyTable');
    const log = flags.out === undefined ? null : join(flags.out, 'opened.jsonl');
    const tracks = { video: flags.videoTrack, audio: flags.audioTrack };
    const survey = await surveyDataset(flags.data, {
      dataset: flags.dataset,
      columns: parseColumns(flags.columns),
      separator: flags.separator,
      allowMissing: flags.allowMissing,
      open: flags.probe
        ? { decode: flags.decode ?? false, log, tracks, onProgress, signal: stop.signal }
        : null,
    });
    progress?.stop();
    if (!survey) {
      const wayOut =
        log !== null && existsSync(log)
          ? 'the same command continues from what was opened so far'
          : 'add --out to continue from where it stopped';
      process.stderr.write(`xkd: stopped; ${wayOut}\n`);
      process.exitCode = exitCodeOf(interrupt.signal ?? 'SIGINT');
      return;
    }
    await write(survey, flags);
    process.stdout.write(flags.json ? `${JSON.stringify(survey, null, 2)}\n` : formatSurvey(survey));
    if (survey.findings.length > 0) process.exitCode = findingsExitCode;
  } finally {
    progress?.stop();
    interrupt.stop();
  }
}

async function write(survey: DatasetSurvey, { out, figure }: CheckFlags): Promise<void> {
  if (out !== undefined) {
    const { writeSurvey } = await import('../../data/survey/writeSurvey');
    writeSurvey(out, survey);
  }
  if (figure !== undefined) {
    const { classBalanceFigure } = await import('../../figures/results/classBalance');
    const { writeFigurePage } = await import('../../figures/pages/figurePage');
    const title = `Clips of each class: ${survey.dataset.title}`;
    writeFigurePage(figure, { title, figure: classBalanceFigure({ ...survey, title }) });
  }
}
