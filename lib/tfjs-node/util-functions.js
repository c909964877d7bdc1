const util = require('node:util');

/**
 * Functions of Node's `util` that tfjs-node 4.22 calls, and those that its like may call. Node 22 says once for each
 * that it is deprecated, Node 23 has taken all but `isArray` away. Whatever loads TensorFlow loads this file before:
 * `./index.js` for the project and for danfojs-node, the kernel for notebooks, and set-up for a tfjs-node of the user.
 */
const functions = {
  isArray: Array.isArray,
  isBoolean: (value) => typeof value === 'boolean',
  isBuffer: Buffer.isBuffer,
  isDate: util.types.isDate,
  isError: (value) => util.types.isNativeError(value) || value instanceof Error,
  isFunction: (value) => typeof value === 'function',
  isNull: (value) => value === null,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isNumber: (value) => typeof value === 'number',
  isObject: (value) => value !== null && typeof value === 'object',
  isPrimitive: (value) => value === null || (typeof value !== 'object' && typeof value !== 'function'),
  isRegExp: util.types.isRegExp,
  isString: (value) => typeof value === 'string',
  isSymbol: (value) => typeof value === 'symbol',
  isUndefined: (value) => value === undefined,
};

Object.assign(util, functions);
