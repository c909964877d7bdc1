/*
 * Training scripts store objects of their own beside the weights: the script's arguments, paths, settings,
 * samplers. None of their code is looked up or run. Such an object is read as one of a known class with
 * unknown content.
 */

/** An object that the weights do not need, identified by the class or function that would create it. */
export class OpaqueObject {
  constructor(readonly name: string) {}
}

/** A tensor that cannot be read: its value type or layout is not supported for weights. */
export class UnreadableTensor {
  /** @param what description, such as `values of type F4` */
  constructor(readonly what: string) {}
}

/** Modules whose functions act on the machine, or load and run other code. Weight files do not need them. */
const harmfulModules = new Set([
  ...[
    'os',
    'posix',
    'nt',
    'sys',
    'subprocess',
    'shutil',
    'pty',
    'ctypes',
    '_ctypes',
    'cffi',
    '_winapi',
    'winreg',
  ],
  ...[
    'socket',
    'ssl',
    'http',
    'urllib',
    'urllib2',
    'ftplib',
    'smtplib',
    'telnetlib',
    'asyncio',
    'requests',
    'aiohttp',
  ],
  ...[
    'importlib',
    'imp',
    'runpy',
    'pkgutil',
    'zipimport',
    'code',
    'codeop',
    'pdb',
    'bdb',
    'profile',
    'cProfile',
  ],
  ...[
    'timeit',
    'trace',
    'doctest',
    'marshal',
    'pickle',
    '_pickle',
    'cPickle',
    'shelve',
    'dill',
    'cloudpickle',
  ],
  ...[
    'joblib',
    'webbrowser',
    'pydoc',
    'distutils',
    'setuptools',
    'pip',
    'ensurepip',
    'venv',
    'idlelib',
    'lib2to3',
  ],
  ...['operator', '_operator', 'commands', 'popen2', 'multiprocessing', 'tempfile', 'IPython'],
]);
/** Only those builtins that hold data are allowed; the others call, import, open or look up things. */
const builtinModules = new Set(['builtins', '__builtin__']);
const plainBuiltins = new Set([
  ...[
    'object',
    'int',
    'long',
    'float',
    'bool',
    'complex',
    'str',
    'unicode',
    'bytes',
    'bytearray',
    'slice',
    'range',
  ],
  ...['xrange', 'list', 'tuple', 'dict', 'set', 'frozenset', 'type'],
]);
/** Functions of PyTorch and of logging that load or run code. */
const harmfulNames =
  /^logging\.config\b|^torch\.(load|hub|jit|package|ops|classes|compile|serialization\.load|utils\.(cpp_extension|_config_module))\b/;

/**
 * True if a file that mentions this name is rejected. Nothing would be run even without this check, but such
 * a file was made to do harm elsewhere, and the user should know.
 */
export function isHarmful(module: string, attribute: string): boolean {
  // A path through attributes, such as `OrderedDict.__init__.__globals__`, can lead anywhere.
  if ([...module.split('.').slice(1), ...attribute.split('.')].some((part) => part.startsWith('__')))
    return true;
  const [top] = module.split('.', 1);
  if (builtinModules.has(top)) return !plainBuiltins.has(attribute);
  return harmfulModules.has(top) || harmfulNames.test(`${module}.${attribute}`);
}
