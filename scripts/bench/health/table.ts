import { shareOf } from './cost';
import type { HealthReport } from './kind';

/** Lines for a terminal: the cost of the probes, then each run with the last report about it. */
export function healthTable({ runs, cost }: HealthReport): string[] {
  const lines = runs.map(({ kind, name, said, right }) => {
    const last = said.at(-1);
    const words = last === undefined ? 'nothing said' : `step ${last.step}: ${last.sentence}`;
    return `${right ? 'right' : 'WRONG'}  ${kind}  ${name}: ${words}`;
  });
  const counts = (['failing', 'healthy'] as const).map((kind) => {
    const all = runs.filter((row) => row.kind === kind);
    return `${all.filter(({ right }) => right).length} of ${all.length} ${kind}`;
  });
  const times = cost.map((each) => {
    const { preset, batch, interval, stepSeconds, probeSeconds } = each;
    const [step, probe] = [stepSeconds, probeSeconds].map((seconds) => (1000 * seconds).toFixed(0));
    const share = (100 * shareOf(each)).toFixed(2);
    return `Probes of ${preset}, batch ${batch}: ${share} % of the CPU time (${probe} ms every ${interval} steps of ${step} ms)`;
  });
  return [...times, `Runs judged by their figures, right: ${counts.join(', ')}`, ...lines, ''];
}
