/*
 * Writes the playground around a network: `node scripts/site/export-page.mjs FILE`, with what the page shows
 * (playground/embedded.ts) as JSON on the standard input. Called by `xkd export web`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { playgroundPage } from './playground.mjs';

writeFileSync(process.argv[2], await playgroundPage(JSON.parse(readFileSync(0, 'utf8'))));
