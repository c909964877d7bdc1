export { opset } from './graph';
export { onnxTower, type OnnxTowerArgs } from './tower';
