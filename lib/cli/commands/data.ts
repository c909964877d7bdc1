import { Argument, InvalidArgumentError, type Command } from 'commander';
import { parseOverrides } from '../../config';
import type { SampleDials } from '../../data/sample/dials';
import { makeSampleSet, type SampleSummary } from '../../data/sample/makeSampleSet';
import { UserError } from '../../errors';
import { defaultTestClips, defaultTrainClips } from '../../data/sample/sampleSettings';
import { sampleRecipe, sampleVersions, usualVersion } from '../../data/sample/versions';
import { withExamples } from '../help';
import { Progress } from '../progress';
import { suggest } from '../suggestions';
import { registerDataCheck } from './dataCheck';

interface MakeOptions {
  readonly out: string;
  readonly setVersion: number;
  readonly seed: number;
  readonly train: number;
  readonly test: number;
  readonly workers?: number;
  readonly force?: boolean;
}

const { dials: usualDials } = sampleRecipe(usualVersion);

const dialHelp = `Dials, with their defaults (${otherDefaults()}):
  visualNoise=${usualDials.visualNoise}    grain on the frames, as a share of full scale (0 to .5)
  clutter=${usualDials.clutter}            small things that drift behind the object (0 to 40)
  soundNoise=${usualDials.soundNoise}         noise over the sound, as a share of its peak (0 to 1)
  soundClutter=${usualDials.soundClutter}     impacts per second of objects of other classes that are not seen (0 to 10)
  soundHum=${usualDials.soundHum}           effective level of tones of any pitch behind the impacts, as a share of the sound's peak (0 to 1)
  pitchSpread=${usualDials.pitchSpread}     an object's pitch lies within this share of its class's (0 to .5); above .36 classes overlap (version 2: .13)
  soundDelay=${usualDials.soundDelay}         time by which impacts are heard after they are seen, in s (-1 to 1)
  commonShare=${usualDials.commonShare}        probability that the stripes show the class of the sound (0 to 1)
  shuffledPairs=${usualDials.shuffledPairs}  true puts the sound of another clip under every video: nothing can be distilled`;

/** The dials that other versions set differently, such as "version 2: pitchSpread=0.1". */
function otherDefaults(): string {
  return sampleVersions
    .filter((version) => version !== usualVersion)
    .map((version) => {
      const dials = Object.entries(sampleRecipe(version).dials);
      const changed = dials.filter(([dial, value]) => value !== usualDials[dial as keyof SampleDials]);
      return `version ${version}: ${changed.map(([dial, value]) => `${dial}=${value}`).join(', ')}`;
    })
    .join('; ');
}

/** `xkd data make [dial=value...]`: makes the sample set of sounding objects. */
export function register(program: Command): void {
  const data = program
    .command('data')
    .description('Make a data set that needs no download, or check one that is there');
  const command = data
    .command('make')
    .description('Draw and synthesise the sample set: mp4 clips of bouncing, sounding objects')
    .addArgument(
      suggest(new Argument('[dials...]', 'dials to turn, such as commonShare=0.5'), () =>
        Object.keys(usualDials).map((dial) => `${dial}=`),
      ),
    )
    .option('--out <folder>', 'where the set goes', 'data/sample')
    .option('--set-version <n>', `${sampleVersions.join(' or ')}: what is drawn`, wholeNumber, usualVersion)
    .option('--seed <n>', 'the same seed gives the same pixels and samples', wholeNumber, 0)
    .option('--train <n>', 'clips for training', wholeNumber, defaultTrainClips)
    .option('--test <n>', 'clips for test', wholeNumber, defaultTestClips)
    .option('--workers <n>', 'threads (default: one per core)', wholeNumber)
    .option('--force', 'replace a sample set of other settings')
    .action(make);
  withExamples(
    command,
    [
      'xkd data make',
      'xkd data make --out data/quarter --train 500 --test 200 commonShare=0.25',
      [
        'xkd data make --out data/version-2 --set-version 2',
        'the sound knows the class, pictures only with effort',
      ],
    ],
    dialHelp,
  );
  registerDataCheck(data);
  withExamples(data, ['xkd data make', 'xkd data check --data videos']);
}

async function make(words: readonly string[], options: MakeOptions): Promise<void> {
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once('SIGINT', onInterrupt).once('SIGTERM', onInterrupt);
  let progress: Progress | undefined;
  const onProgress = (done: number, total: number): void => {
    progress ??= new Progress({ label: 'data make', unit: 'clips', total, from: done - 1 });
    progress.update(done);
  };
  try {
    const summary = await makeSampleSet(
      { ...options, version: options.setVersion, dials: parseDials(words), signal: interrupt.signal },
      onProgress,
    );
    progress?.stop();
    process.stdout.write(`${sentence(summary)}\n`);
  } finally {
    progress?.stop();
    process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt);
  }
}

/** Names and values of the dials are checked when the set is made. */
function parseDials(words: readonly string[]): Partial<SampleDials> {
  const stray = words.find((word) => !/^\w+=/.test(word));
  if (stray !== undefined) {
    throw new UserError(`"${stray}" is not a dial; write dial=value, such as commonShare=0.5.`);
  }
  return parseOverrides(words) as Partial<SampleDials>;
}

function sentence({ folder, settings, totalSeconds, made }: SampleSummary): string {
  const { train, test } = settings;
  const what = `${train} clips for training and ${test} for test, ${(totalSeconds / 60).toFixed(1)} minutes in all`;
  return made ? `Made ${folder}: ${what}.` : `${folder} already exists, with these settings: ${what}.`;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}
