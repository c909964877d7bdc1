import { readFileSync } from 'node:fs';

/** Kernel ticks in a second, as /proc counts them. */
const ticksPerSecond = 100;

/**
 * Processor time that this process and its ended children have taken [s]; null on systems that don't tell of children.
 */
export function cpuSecondsWithChildren(): number | null {
  try {
    const text = readFileSync('/proc/self/stat', 'utf8');
    // Behind the name in brackets: fields 3 and on; user and system time of the children are 16 and 17.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const { user, system } = process.cpuUsage(); // microseconds
    return (user + system) / 1e6 + (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
  } catch {
    return null;
  }
}
