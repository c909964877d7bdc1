import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/*
 * Who holds a file or folder. The number of a process does not say: containers count their processes anew from 1, may
 * have the same host name, and numbers are used again. So an owner has a random token of its own, which tells it from
 * all others, in the same process as well; and to be told from one that has ended, the place in which its process has
 * that number and the time at which it was started.
 */

/** What holds something: one call of one process. */
export interface Owner {
  /** Random; no two owners have the same. */
  readonly token: string;
  /** Where the number of the process means anything: a running system, and in it a container. */
  readonly place: string;
  readonly processId: number;
  /** When the process was started, as the system tells it. */
  readonly started: string;
}

/** Whether an owner's process runs; of one in another place only its own signs of life can tell. */
export type OwnerState = 'runs' | 'has ended' | 'is elsewhere';

/** An owner that is this process, told from all other owners, also from those of the same process. */
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

/** An owner as part of a file's name. */
export function ownerText({ place, processId, started, token }: Owner): string {
  return `${place}-${processId}-${started}-${token}`;
}

/** The owner that a text of {@link ownerText} names; null where it names none. */
export function parseOwner(text: string): Owner | null {
  const parts = /^(\w+)-(\d+)-(\w+)-([0-9a-f]{16})$/.exec(text);
  if (!parts) return null;
  return { place: parts[1], processId: Number(parts[2]), started: parts[3], token: parts[4] };
}

let own: Omit<Owner, 'token'> | undefined;

/** Asked of the system once; it does not change. */
function thisProcess(): Omit<Owner, 'token'> {
  return (own ??= { place: placeOf(), processId: process.pid, started: startOf(process.pid) || '0' });
}

/** A hash of what tells this running system and this container from others. */
function placeOf(): string {
  const parts = [
    hostname(),
    attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    attempt(() => readlinkSync('/proc/self/ns/pid')),
    // Of a container: when it was started; names of namespaces are used again.
    startOf(1),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}

/** When a process was started; `''` where that is not to be had, null where there is none or it has only to be reaped. */
function startOf(processId: number): string | null {
  if (!exists(processId)) return null;
  return process.platform === 'linux' ? startOnLinux(processId) : startElsewhere(processId);
}

function startOnLinux(processId: number): string | null {
  const text = attempt(() => readFileSync(`/proc/${processId}/stat`, 'utf8'));
  if (text === null) return exists(processId) ? '' : null;
  // The name of the program, in brackets, may hold anything.
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
