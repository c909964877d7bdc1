/*
 * Training scripts store objects of their own beside the weights: the script's arguments, paths, settings, samplers.
 * None of their code is looked up or run. Such an object is read as one whose class is known and whose content is not.
 */

/** An object of a class that weights don't need, by the name of the class or function that would make it. */
export class OpaqueObject {
  constructor(readonly name: string) {}
}

/** A tensor that is not read: of values of a type or in a layout that weights here can't have. */
export class UnreadableTensor {
  /** @param what in words, such as `values of type F4` */
  constructor(readonly what: string) {}
}

/** Modules whose functions act on the machine, or load and run other code. A file of weights has no use for them. */
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
/** Of the language's own names those that only hold data; the others call, import, open or look things up. */
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
 * Whether a file that mentions this name is refused. Nothing would be run without that, either; but such a file was
 * made to do harm elsewhere, and that should be known.
 */
export function isHarmful(module: string, attribute: string): boolean {
  // A path through attributes, such as `OrderedDict.__init__.__globals__`, leads anywhere.
  if ([...module.split('.').slice(1), ...attribute.split('.')].some((part) => part.startsWith('__')))
    return true;
  const [top] = module.split('.', 1);
  if (builtinModules.has(top)) return !plainBuiltins.has(attribute);
  return harmfulModules.has(top) || harmfulNames.test(`${module}.${attribute}`);
}
