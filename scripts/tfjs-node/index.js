// danfojs-node asks for @tensorflow/tfjs-node: it gets the project's one TensorFlow, not a second copy.
module.exports = require('@tensorflow/tfjs-node-gpu');
