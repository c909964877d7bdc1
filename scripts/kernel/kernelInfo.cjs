'use strict';

const { protocolVersion } = require('./wire.cjs');

const { version } = require('tslab/package.json');

/** Content of a `kernel_info_reply`. */
function kernelInfo(typescriptVersion) {
  return {
    status: 'ok',
    protocol_version: protocolVersion,
    implementation: 'tslab',
    implementation_version: version,
    banner: `TypeScript ${typescriptVersion} on Node ${process.version}`,
    language_info: {
      name: 'typescript',
      version: typescriptVersion,
      mimetype: 'text/typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      nbconvert_exporter: 'script',
      // JupyterLab reads `mode`; the classic notebook reads the rest.
      codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
    },
    help_links: [
      { text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' },
      { text: 'Node.js', url: 'https://nodejs.org/docs/latest/api/' },
    ],
    debugger: false,
    supported_features: [],
  };
}

module.exports = { kernelInfo };
