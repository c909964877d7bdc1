import type { ValueTable } from '../../shown';
import type { ConfigDescription } from './describeConfig';

/** Costs of a configuration as a small table; `xkd config` prints the full list. */
export function costTable({
  preset,
  batch,
  parameters,
  tokens,
  flops,
  memory,
}: ConfigDescription): ValueTable {
  const { video, audio } = tokens;
  const row = (what: string, value: string) => ({ what, value });
  return {
    caption: `Cost of the configuration: preset ${preset}, batch ${batch}`,
    rows: [
      row('parameters', `${millions(parameters.total)} M, ${millions(parameters.trainable)} M trainable`),
      row('tokens of a global view', `video ${video.global}, audio ${audio.global}`),
      row('of these kept under the mask', `video ${video.kept}, audio ${audio.kept}`),
      row('work of a step', `${giga(flops.step.perBatch)} GFLOP, ${giga(flops.step.perClip)} per clip`),
      row(
        'features of a clip',
        `video ${giga(flops.featuresPerClip.video)} GFLOP, audio ${giga(flops.featuresPerClip.audio)} GFLOP`,
      ),
      row('memory of a step, an estimate', `${Math.round(memory.peak / 1e6)} MB`),
    ],
  };
}

function millions(count: number): string {
  return (count / 1e6).toFixed(1);
}

function giga(flops: number): string {
  return String(Number((flops / 1e9).toPrecision(3)));
}
