import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';

/**
 * The processes of a run on one machine, towards MPI: they learn of each other by MPICH's process management interface
 * (PMI-1), whose few commands go through a pair of sockets that each process inherits. No port is opened.
 */
export class ProcessManager {
  private readonly stored = new Map<string, string>();
  private waiting: Duplex[] = [];
  /** Names the shared memory of the run, too. */
  private readonly job = `xkd_${randomUUID().slice(0, 13)}`;

  constructor(private readonly size: number) {
    // All are on the first of one machines.
    this.stored.set('PMI_process_mapping', `(vector,(0,1,${size}))`);
  }

  /** Variables of the environment that tell a process its place; its end of the sockets is this file descriptor. */
  environmentOf(rank: number, descriptor: number): Record<string, string> {
    return {
      PMI_FD: String(descriptor),
      PMI_RANK: String(rank),
      PMI_SIZE: String(this.size),
      MPI_LOCALRANKID: String(rank),
      MPI_LOCALNRANKS: String(this.size),
    };
  }

  /** Answers a process through its sockets. */
  serve(socket: Duplex): void {
    let rest = '';
    socket.setEncoding('utf8');
    socket.on('error', () => undefined);
    socket.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.answer(socket, line);
    });
  }

  private answer(socket: Duplex, line: string): void {
    const words = new Map(line.split(' ').map((word) => split(word)));
    const say = (text: string): void => void socket.write(`${text}\n`);
    switch (words.get('cmd')) {
      case 'init':
        return say('cmd=response_to_init pmi_version=1 pmi_subversion=1 rc=0');
      case 'get_maxes':
        return say('cmd=maxes kvsname_max=256 keylen_max=64 vallen_max=1024');
      case 'get_appnum':
        return say('cmd=appnum appnum=0');
      case 'get_my_kvsname':
        return say(`cmd=my_kvsname kvsname=${this.job}`);
      case 'get_universe_size':
        return say(`cmd=universe_size size=${this.size}`);
      case 'put':
        this.stored.set(words.get('key') ?? '', words.get('value') ?? '');
        return say('cmd=put_result rc=0 msg=success');
      case 'get': {
        const value = this.stored.get(words.get('key') ?? '');
        return say(
          value === undefined
            ? 'cmd=get_result rc=-1 msg=key_not_found value=unknown'
            : `cmd=get_result rc=0 msg=success value=${value}`,
        );
      }
      case 'barrier_in':
        return this.barrier(socket);
      case 'finalize':
        return say('cmd=finalize_ack rc=0');
    }
  }

  private barrier(socket: Duplex): void {
    this.waiting.push(socket);
    if (this.waiting.length < this.size) return;
    for (const each of this.waiting) each.write('cmd=barrier_out rc=0\n');
    this.waiting = [];
  }
}

function split(word: string): [string, string] {
  const at = word.indexOf('=');
  return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
}
