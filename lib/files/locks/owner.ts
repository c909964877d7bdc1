import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/*
 * Identity of the holder of a file or folder. A process id is not enough: containers number their processes
 * from 1 again and may share a host name, and ids are reused. An owner therefore has a random token that
 * distinguishes it from all others, even in the same process. To tell whether its process has ended, it also
 * records where that process id is valid and when the process was started.
 */

/** The holder of something: one call of one process. */
export interface Owner {
  /** Random and unique to this owner. */
  readonly token: string;
  /** Scope in which the process id is valid: a running system and a container in it. */
  readonly place: string;
  readonly processId: number;
  /** Start time of the process, as the system reports it. */
  readonly started: string;
}

/** Whether an owner's process runs; for one elsewhere, only its signs of life tell. */
export type OwnerState = 'runs' | 'has ended' | 'is elsewhere';

/** A new owner in this process, distinct from all others, including those of the same process. */
export function newOwner(): Owner {
  return { ...thisProcess(), token: randomBytes(8).toString('hex') };
}

export function ownerState(owner: Owner): OwnerState {
  if (owner.place !== thisProcess().place) return 'is elsewhere';
  const started = startOf(owner.processId);
  return started !== null && (started === '' || started === owner.started) ? 'runs' : 'has ended';
}

export function isThisProcess({ place, processId, started }: Owner): boolean {
  const own = thisProcess();
  return place === own.place && processId === own.processId && started === own.started;
}

/** Encodes an owner as part of a file name. */
export function ownerText({ place, processId, started, token }: Owner): string {
  return `${place}-${processId}-${started}-${token}`;
}

/** Decodes a text of {@link ownerText}; null if it names no owner. */
export function parseOwner(text: string): Owner | null {
  const parts = /^(\w+)-(\d+)-(\w+)-([0-9a-f]{16})$/.exec(text);
  if (!parts) return null;
  return { place: parts[1], processId: Number(parts[2]), started: parts[3], token: parts[4] };
}

let own: Omit<Owner, 'token'> | undefined;

/** Queried from the system once, since it does not change. */
function thisProcess(): Omit<Owner, 'token'> {
  return (own ??= { place: placeOf(), processId: process.pid, started: startOf(process.pid) || '0' });
}

/** Hash that identifies this running system and this container. */
function placeOf(): string {
  const parts = [
    hostname(),
    attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    attempt(() => readlinkSync('/proc/self/ns/pid')),
    // The container's start time, because names of namespaces are reused.
    startOf(1),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}

/**
 * Start time of a process; `''` if it is not available, null if there is no such process or it only waits to
 * be reaped.
 */
function startOf(processId: number): string | null {
  if (!exists(processId)) return null;
  return process.platform === 'linux' ? startOnLinux(processId) : startElsewhere(processId);
}

function startOnLinux(processId: number): string | null {
  const text = attempt(() => readFileSync(`/proc/${processId}/stat`, 'utf8'));
  if (text === null) return exists(processId) ? '' : null;
  // The program's name, in parentheses, may contain anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return /^[ZXx]$/.test(fields[0]) ? null : fields[19];
}

function startElsewhere(processId: number): string | null {
  const args = ['-o', 'stat=,lstart=', '-p', String(processId)];
  const text = attempt(() =>
    execFileSync('ps', args, { encoding: 'utf8', env: { LC_ALL: 'C', TZ: 'UTC' } }).trim(),
  );
  if (!text) return exists(processId) ? '' : null;
  return text.startsWith('Z') ? null : text.replace(/^\S+\s+/, '').replace(/\W+/g, '_');
}

function exists(processId: number): boolean {
  try {
    return processId > 0 && process.kill(processId, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
