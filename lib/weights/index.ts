export * from './weightSet';
export * from './positions';
export { isHubFolder } from './hubFolder';
export * from './backbone';
export * from './releaseState';
export * from './initialState';
export * from './convert';
export * from './inspect';
export { onnxTower, opset as onnxOpset, type OnnxTowerArgs } from './onnx';
