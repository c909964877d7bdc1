import { readFileSync } from 'node:fs';
import { openDataset } from 'xkd/dist/data';
import { pretrainingEntries } from 'xkd/dist/data/lists/usableEntries';
import { nativeInfo } from 'xkd/dist/tensor/native';
import { measureRound } from './measure';
import type { TrainingAnswer, TrainingJob } from './run';

/* Measures rounds in a process of its own, started as those that train are, and sends each to the parent. */
async function main(): Promise<void> {
  const { data, rounds, ...args } = JSON.parse(readFileSync(process.argv[2], 'utf8')) as TrainingJob;
  const { entries } = pretrainingEntries(await openDataset(data));
  for (let i = 0; i < rounds; i++) {
    const round = await measureRound({ ...args, entries });
    process.send!({ round, tensorflow: nativeInfo().tensorflow } satisfies TrainingAnswer);
  }
  process.disconnect();
}

void main();
