import { type ScaleModel, efficiency } from './simulate';

/** Time of a whole step of `base` in bf16 with 8 clips on a GPU (environment.md), of which the update takes a part [s]. */
const [stepOf8, update] = [0.154, 0.02];
const trainableValues = 206.3e6;
const processes = [2, 4, 8, 16] as const;
const networks = [
  { name: '10 Gbit/s', bytesPerSecond: 1.25e9 },
  { name: '100 Gbit/s', bytesPerSecond: 12.5e9 },
];
const wires = { fp32: 4, bf16: 2 } as const;

/** Efficiencies of `base` on machines with a GPU each, by the model alone: nothing of it is measured. */
export function simulationTable(): string[] {
  const rows = [8, 32].flatMap((clips) =>
    networks.flatMap(({ name, bytesPerSecond }) =>
      (['fp32', 'bf16'] as const).map((wire) => {
        const model: ScaleModel = {
          computeSeconds: ((stepOf8 - update) * clips) / 8,
          backwardShare: 0.6,
          updateSeconds: update,
          gradientBytes: trainableValues * wires[wire],
          bytesPerSecond,
          bucketBytes: 2 ** 24,
          latencySeconds: 50e-6,
        };
        const shares = processes.map((count) =>
          `${Math.round(100 * efficiency(model, count))} %`.padStart(5),
        );
        return `${clips} clips on each, ${name}, ${wire} on the way: ${shares.join(', ')}`;
      }),
    ),
  );
  return [
    `Simulated for base on ${processes.join(', ')} GPUs, speed over that of as many alone:`,
    ...rows,
    '',
  ];
}
