export * from './protocolResult';
export * from './resultFile';
