import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../setup/paths.mjs';

const folder = join(root, 'scripts', 'site', 'playground');

/**
 * The playground as one page, which needs no other file: a text.
 *
 * @param embedded a network and clips that it shows (playground/embedded.ts); null: the one that is trained in the page
 */
export async function playgroundPage(embedded = null) {
  const worker = await bundle('worker.ts');
  const page = await bundle('page/main.tsx', { workerText: JSON.stringify(worker.code) });
  const code = page.code.replaceAll('</script', '<\\/script');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy(code)}">
<title>The playground · XKD notebooks</title>
<style>${page.style}</style>
</head>
<body>
<div id="app"><h1>The playground</h1><noscript>This page computes in your browser, and needs JavaScript.</noscript></div>
${embedded ? `<script type="application/json" id="embedded">${json(embedded)}</script>\n` : ''}<script>${code}</script>
</body>
</html>
`;
}

function json(value) {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** Nothing may be fetched or sent: everything is in the page, and what a reader opens stays in it. */
function policy(code) {
  const hash = createHash('sha256').update(code).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}' 'wasm-unsafe-eval'`,
    "style-src 'unsafe-inline'",
    'worker-src blob:',
    'media-src blob:',
    'img-src data: blob:',
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');
}

/** A program with all that it imports: `{ code, style }`. */
async function bundle(entry, define = {}) {
  const { outputFiles } = await build(options(entry, define));
  const text = (ending) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { code: text('.js'), style: text('.css') };
}

/** The files of the project and of packages that a program consists of, relative to the project. */
export async function bundledSources(entry) {
  const { metafile } = await build({ ...options(entry, { workerText: '""' }), metafile: true });
  return Object.keys(metafile.inputs);
}

function options(entry, define) {
  return {
    absWorkingDir: root,
    entryPoints: [join(folder, entry)],
    ...{ bundle: true, minify: true, write: false, outdir: folder, logLevel: 'error' },
    ...{ platform: 'browser', format: 'iife', target: 'es2022', charset: 'ascii' },
    ...{ jsx: 'automatic', jsxImportSource: 'preact', loader: { '.wasm': 'binary' } },
    alias: { '@tensorflow/tfjs': join(folder, 'tensorflow.ts') },
    define,
  };
}
