/*
 * One of the processes of a run on batches that need no files, with a NaN in a clip of rank 1 from step 2 on. faults.test.ts
 * starts it.
 */
import { onProcesses } from 'xkd/dist/cli/processes';
import type { BatchSource, NdArray, ViewBatch, World } from 'xkd/internal';
import { config, finish, open, source } from './runs';

async function train(world: World | null): Promise<void> {
  const openSource = async (start: number) => shareOf(source(config, start), world!);
  await finish(await open(null, { world, openSource, eager: false, report: () => undefined }));
}

/** The part of each batch that one process reads. */
function shareOf(whole: BatchSource, { rank, size }: World): BatchSource {
  const clips = config.training.batch / size;
  const part = ({ data, shape }: NdArray): NdArray => {
    const values = data.length / size;
    return { data: data.slice(rank * values, (rank + 1) * values), shape: [clips, ...shape.slice(1)] };
  };
  return {
    ...whole,
    async next(): Promise<ViewBatch> {
      const batch = await whole.next();
      const [video, audio] = [batch.video.map(part), batch.audio.map(part)];
      if (rank === 1 && batch.step === 2) video[0].data[0] = NaN;
      const entries = batch.entries.slice(rank * clips, (rank + 1) * clips);
      return { ...batch, video, audio, entries, share: { first: rank * clips, of: clips * size } };
    },
  };
}

onProcesses({}, train).catch((error: Error) => {
  process.stderr.write(`xkd: ${error.message}\n`);
  process.exit(1);
});
