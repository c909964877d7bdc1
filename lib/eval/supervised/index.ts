export * from './settings';
export * from './presets';
export * from './layerDecay';
export { drawDropPath, drawDropout, dropPathRates } from './dropout';
export { initialClassifier } from './classifier';
export { targetsOf } from './targets';
export { evaluateFinetune, evaluateLinear, type SupervisedOptions } from './protocol';
