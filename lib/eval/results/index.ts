export * from './protocolResult';
export * from './resultFile';
export { protocolTable } from './valueTable';
