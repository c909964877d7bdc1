import { availableParallelism, cpus, totalmem } from 'node:os';
import { ffmpegPath } from '../media';
import { runFfmpeg } from '../media/ffmpeg/ffmpeg';
import { nativeInfo } from '../tensor/native';
import type { Row } from '../table';

/** The software and hardware that this machine computes and decodes with, as table rows. */
export async function describeMachine(): Promise<Row[]> {
  const { kind, tensorflow, device, threads, reason } = nativeInfo();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const rows = [
    {
      part: 'TensorFlow',
      value: kind === 'native' ? `${tensorflow}, native` : `${tensorflow}, plain JavaScript (slow)`,
    },
    { part: 'device', value: device === 'gpu' ? 'GPU' : `CPU, ${threads} threads` },
    {
      part: 'processor',
      value: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores in use`,
    },
    { part: 'memory', value: `${gigabytes} GB` },
    { part: 'ffmpeg', value: await ffmpegVersion() },
    { part: 'Node.js', value: process.version },
  ];
  return reason ? [...rows, { part: 'why this TensorFlow', value: reason }] : rows;
}

async function ffmpegVersion(): Promise<string> {
  const lines: string[] = [];
  await runFfmpeg({ args: ['-version'], sinks: [(bytes) => lines.push(bytes.toString())] });
  const version = /^ffmpeg version (\S+)/.exec(lines.join(''))?.[1] ?? 'unknown';
  return `${version} (${ffmpegPath().includes('node_modules') || ffmpegPath().includes('.venv') ? 'of the project' : 'of the system'})`;
}
