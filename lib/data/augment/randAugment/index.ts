export { drawRandAugment, operationOf, type RandAugmentArgs } from './draw';
export { applyOperations } from './apply';
export { operationKinds, type ByteFrame, type Operation, type OperationKind } from './operation';
