/*
 * Comes first in the worker: the page's content-security policy allows no code that is made from text, so that the library
 * that checks configurations must not even try.
 */
(globalThis as { __zod_globalConfig?: object }).__zod_globalConfig = { jitless: true };

export {};
