/*
 * Runs notebooks and keeps their outputs, as they are committed: `npm run notebooks -- --inplace`.
 *
 *   node scripts/executeNotebooks.mjs [NOTEBOOK...]
 */
process.argv.push('--inplace');
await import('./commands/notebooks.mjs');
