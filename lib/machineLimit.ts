import { UserError } from './errors';

/**
 * Names the exhausted resource of the machine (memory, open files, processes) in a sentence with the solution. The file
 * being read or written is not at fault, so it is not mentioned.
 *
 * @returns null for errors of another kind
 */
export function machineLimit(error: unknown): UserError | null {
  if (typeof error !== 'object' || error === null) return null;
  const { message = '', syscall = '', ...rest } = error as Partial<NodeJS.ErrnoException>;
  // Threads and processes pass on an error's message, but not its code.
  const code = rest.code ?? /^(E[A-Z]+): /.exec(message)?.[1] ?? '';
  if (code === 'EMFILE') return new UserError(tooManyFiles);
  if (code === 'ENFILE')
    return new UserError(
      'The whole system has too many files open; end other programs, or raise its limit (fs.file-max).',
    );
  if (code === 'EAGAIN' && syscall.startsWith('spawn')) return new UserError(tooManyProcesses);
  if (code === 'ERR_WORKER_INIT_FAILED') return new UserError(tooManyProcesses);
  if (code === 'ENOMEM' || code === 'ERR_WORKER_OUT_OF_MEMORY' || allocationFailed.test(message))
    return new UserError(tooLittleMemory);
  // Threads pass it on as an error of another class.
  if (message.startsWith(endedFromOutside)) return new UserError(message);
  return null;
}

/** The same for the output of another program that failed. */
export function machineLimitIn(log: string): UserError | null {
  if (/Too many open files/.test(log)) return new UserError(tooManyFiles);
  if (/Cannot allocate memory|std::bad_alloc/.test(log)) return new UserError(tooLittleMemory);
  if (/Resource temporarily unavailable/.test(log)) return new UserError(tooManyProcesses);
  return null;
}

/** Says that the system or the user ended the process that decodes files, usually because memory ran out. */
export function decoderEnded(signal: string): UserError {
  return new UserError(
    `${endedFromOutside} (${signal}): is there too little memory, or are too many files open? Choose fewer loader.workers, or raise the limit of open files ("ulimit -n 4096").`,
  );
}

const endedFromOutside = 'The process that decodes files was ended from outside';

const allocationFailed =
  /^Array buffer allocation failed|std::bad_alloc|Cannot allocate memory|OOM when allocating tensor/;

const tooManyFiles =
  'Too many files are open at once; raise the limit ("ulimit -n 4096" in this terminal), or choose fewer threads (loader.workers, --workers).';
const tooManyProcesses =
  'The system allows no further process or thread; raise the limit ("ulimit -u"), end other programs, or choose fewer threads (loader.workers, --workers).';
const tooLittleMemory =
  'There is not enough memory; end other programs, or choose a smaller training.batch, more parts with training.accumulate, or a smaller loader.cacheMegabytes ("xkd config PRESET --describe" shows what a step takes).';
