import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';

/** Peak memory of this process. */
export function peakMemoryBytes(): number {
  // Unlike ru_maxrss, VmHWM does not start with the parent process's peak.
  const status = readProc('/proc/self/status');
  return kilobytes(status, 'VmHWM') ?? process.resourceUsage().maxRSS * 1024;
}

/** Memory available to new processes without swapping. */
export function availableMemoryBytes(): number {
  return kilobytes(readProc('/proc/meminfo'), 'MemAvailable') ?? freemem();
}

function kilobytes(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text);
  return found ? Number(found[1]) * 1024 : undefined;
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
