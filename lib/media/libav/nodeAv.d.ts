// The package declares its parts in `exports`, which this project's module resolution does not read.
declare module 'node-av/lib' {
  export * from 'node-av/dist/lib/index.js';
}
declare module 'node-av/constants' {
  export * from 'node-av/dist/constants/index.js';
}
