// danfojs-node and lib both ask for @tensorflow/tfjs-node and get the project's one TensorFlow, never a second copy.
require('./environment');
const { readChoice } = require('./choice');

const choice = readChoice();
module.exports =
  choice.kind === 'fallback'
    ? require('@tensorflow/tfjs')
    : require(choice.package ?? '@tensorflow/tfjs-node-gpu');
