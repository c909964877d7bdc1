import fs from 'node:fs';
import path from 'node:path';
import { requireSpace, readableBytes } from './disk.mjs';
import { execute } from './execute.mjs';
import { explainFailure } from './failure.mjs';
import { fingerprint, readText, writeFileWhole } from './files.mjs';
import { native, nativeHeaders, nativeLibraries, root, scratch, venvPython } from './paths.mjs';
import { pip } from './pip.mjs';

const stamp = path.join(native, 'library.stamp');
const title = 'TensorFlow library';
/** Share of the progress bar for the download; the rest is unpacking. */
const downloadShare = 0.6;

/** Headers that the addon's two source files include, in the wheel's folder tensorflow/include. */
const headers = [
  ...[
    'c_api',
    'c_api_macros',
    'tf_attrtype',
    'tf_buffer',
    'tf_datatype',
    'tf_status',
    'tf_tensor',
    'tf_tstring',
  ].map((name) => `tensorflow/c/${name}.h`),
  'tensorflow/c/eager/c_api.h',
  'tensorflow/core/platform/ctstring.h',
  'tensorflow/core/platform/ctstring_internal.h',
  'tsl/platform/ctstring.h',
  'tsl/platform/ctstring_internal.h',
  'xla/tsl/c/tsl_status.h',
];

/** TensorFlow's two libraries and the headers of its C interface, from the wheel on PyPI. */
export function tensorflowLibrary(selection) {
  const stampText = fingerprint(JSON.stringify(selection));
  return {
    title,
    isDone: () =>
      readText(stamp) === stampText &&
      selection.libraries.every((name) => fs.existsSync(path.join(nativeLibraries, name))),
    async run(line) {
      requireSpace(title, selection.neededBytes);
      const wheel = await download(selection, line);
      await unpack(wheel, selection, line);
      fs.rmSync(path.dirname(wheel), { recursive: true });
      writeFileWhole(stamp, stampText);
      line.update(1, `${selection.distribution} ${selection.version}`);
    },
  };
}

async function download({ distribution, version, platforms, downloadBytes }, line) {
  const folder = path.join(scratch, 'wheel');
  const name = `${distribution}==${version}`;
  line.update(0, `${name}, ${readableBytes(downloadBytes)}`);
  const { code, output } = await pip(
    // The wheels for all versions of Python contain the same libraries: 3.12 is as good as the user's own.
    [
      ...[
        'download',
        '--no-deps',
        '--only-binary=:all:',
        '--python-version',
        '3.12',
        '--implementation',
        'cp',
        '--abi',
        'cp312',
      ],
      ...platforms.flatMap((tag) => ['--platform', tag]),
      // Once unpacked, another copy in pip's cache would only waste disk space.
      ...['--no-cache-dir', '--dest', folder, name],
    ],
    { onBytes: (bytes) => line.update(Math.min(1, bytes / downloadBytes) * downloadShare) },
  );
  if (code !== 0) throw explainFailure(title, output);
  const file = fs.readdirSync(folder).find((entry) => entry.endsWith('.whl'));
  return path.join(folder, file);
}

/** Unpacks beside the final place and renames, so that an interrupted run leaves no incomplete library in use. */
async function unpack(wheel, { libraries }, line) {
  const folder = path.join(scratch, 'unpacked');
  const wanted = [
    ...libraries.map((name) => `lib/${name}=tensorflow/${name}`),
    ...headers.map((name) => `include/${name}=tensorflow/include/${name}`),
  ];
  const onText = (text) => {
    const [done, total] = (text.trim().split('\n').pop() ?? '').split('/').map(Number);
    if (total > 0)
      line.update(downloadShare + (done / total) * (1 - downloadShare), `unpacking ${readableBytes(total)}`);
  };
  const script = path.join(root, 'scripts', 'setup', 'unpack_wheel.py');
  const { code, output } = await execute(venvPython, [script, wheel, folder, ...wanted], { onText });
  if (code !== 0) throw explainFailure(title, output);
  for (const [name, place] of [
    ['lib', nativeLibraries],
    ['include', nativeHeaders],
  ]) {
    // A process that has the old library open keeps it; a new one gets the new one.
    if (fs.existsSync(place)) fs.renameSync(place, path.join(scratch, `old-${name}`));
    fs.renameSync(path.join(folder, name), place);
    fs.rmSync(path.join(scratch, `old-${name}`), { recursive: true, force: true });
  }
}
