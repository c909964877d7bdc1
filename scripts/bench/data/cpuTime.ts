import { readdirSync, readFileSync } from 'node:fs';

/** Kernel clock ticks per second in /proc. */
const ticksPerSecond = 100;

/**
 * Processor time of this process and all its descendants, running or finished [s]; null on systems that don't report
 * children.
 */
export function cpuSecondsWithChildren(): number | null {
  const own = statOf('self');
  if (!own) return null;
  const { user, system } = process.cpuUsage(); // microseconds
  const ticks = own.endedChildren + childrenOf(process.pid).reduce((sum, { ticks: taken }) => sum + taken, 0);
  return (user + system) / 1e6 + ticks / ticksPerSecond;
}

interface ProcessTime {
  readonly parent: number;
  /** Ticks of the process itself, and of its finished children. */
  readonly ticks: number;
  readonly endedChildren: number;
}

/** Running descendants of a process. */
function childrenOf(pid: number): ProcessTime[] {
  const all = readdirSync('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? statOf(name) : null;
    return stat ? [{ pid: Number(name), stat }] : [];
  });
  const below = (parent: number): ProcessTime[] =>
    all.flatMap((each) => (each.stat.parent === parent ? [each.stat, ...below(each.pid)] : []));
  return below(pid);
}

function statOf(name: string): ProcessTime | null {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    // After the name in brackets, from field 3 on: the parent is field 4, times are fields 14 to 17.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const endedChildren = fields[13] + fields[14];
    return { parent: fields[1], ticks: fields[11] + fields[12] + endedChildren, endedChildren };
  } catch {
    return null;
  }
}
