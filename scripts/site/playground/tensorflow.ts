/*
 * TensorFlow.js as the page needs it, in place of the package `@tensorflow/tfjs`: without WebGL, layers and converters,
 * which are half of it.
 */
import '@tensorflow/tfjs-backend-cpu';
import { version_core } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';

export * from '@tensorflow/tfjs-core';
export const version = { tfjs: version_core };
