export * from './rows';
export * from './plan';
export * from './jobResult';
export * from './runAblation';
export * from './table';
export * from './makeTable';
export * from './curves';
export * from './files';
export { gainText } from './figureText';
