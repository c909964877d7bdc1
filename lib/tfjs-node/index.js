// danfojs-node and lib both ask for @tensorflow/tfjs-node and get the project's one TensorFlow, never a second copy.
require('./util-functions');
const { setTensorflowEnvironment } = require('./environment');
const { readChoice } = require('./choice');
const { quietly } = require('./quiet');

setTensorflowEnvironment();
const choice = readChoice();
module.exports =
  choice.kind === 'fallback'
    ? require('@tensorflow/tfjs')
    : quietly(() => require(choice.package ?? '@tensorflow/tfjs-node-gpu'));
