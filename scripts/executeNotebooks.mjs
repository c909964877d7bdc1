/*
 * Runs notebooks and saves their outputs in place, as they are committed: `npm run notebooks -- --inplace`.
 *
 *   node scripts/executeNotebooks.mjs [NOTEBOOK...]
 */
process.argv.push('--inplace');
await import('./commands/notebooks.mjs');
