/*
 * Trains the playground's two networks natively, with the page's own code, and prints the probes every 300 steps:
 *
 *   node scripts/site/measure-playground.mjs [SEED ...]
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../setup/paths.mjs';

const require = createRequire(import.meta.url);
const folder = join(root, 'scripts', 'site', 'playground');
const entry = `
  export { sampleClip } from './training/clips';
  export { probe } from './training/probe';
  export { Trainer } from './training/trainer';
  export { TrainingClips, wholeViews } from './computing/trainingClips';`;
const steps = 900;

const { outputFiles } = await build({
  stdin: { contents: entry, resolveDir: folder, loader: 'ts' },
  ...{ bundle: true, write: false, platform: 'node', format: 'cjs', external: ['xkd'], logLevel: 'error' },
});
const module_ = { exports: {} };
new Function('module', 'require', outputFiles[0].text)(module_, require);
const { probe, sampleClip, Trainer, TrainingClips, wholeViews } = module_.exports;
const { CompiledEngine, configure } = require('xkd/internal');

const seeds = process.argv.slice(2).map(Number);
for (const seed of seeds.length > 0 ? seeds : [0, 1, 2]) {
  const config = configure('pico', { seed });
  const clips = (split, count) => Array.from({ length: count }, (_, i) => sampleClip(config, split, i));
  const training = clips('train', TrainingClips.count);
  const [train, test] = [training.slice(0, 320), clips('test', 160)].map((list) => wholeViews(config, list));
  const length = { stepsPerEpoch: Math.floor(training.length / config.training.batch), steps };
  const engines = { xkd: new CompiledEngine(), baseline: new CompiledEngine() };
  const trainer = new Trainer(config, training, length, engines);
  for (let step = 0; step <= steps; step++) {
    if (step % 300 === 0) {
      const [xkd, alone] = [trainer.xkd, trainer.baseline].map((state) => probe(state, 'video', train, test));
      const told = [xkd, alone].map((share) => `${(100 * share).toFixed(1)} %`);
      console.log(`seed ${seed}, step ${step}: XKD ${told[0]}, reconstruction alone ${told[1]}`);
    }
    if (step < steps) await trainer.advance();
  }
  trainer.dispose();
  engines.xkd.dispose();
  engines.baseline.dispose();
}
