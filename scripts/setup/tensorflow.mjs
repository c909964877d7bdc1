import fs from 'node:fs';
import path from 'node:path';
import { isLinkedHere, isPlaced, tensorflowAddon } from './addon.mjs';
import { cuda } from './cuda.mjs';
import { SetupError } from './failure.mjs';
import { fingerprint, readJson, writeFileWhole } from './files.mjs';
import { hasNvidiaDriver, machineFacts } from './machine.mjs';
import { projectAddons } from './project-addons.mjs';
import { backendFile, nativeLibraries, placedAddon } from './paths.mjs';
import { selectTensorFlow, tensorflowVersion } from './select-tensorflow.mjs';
import { tensorflowLibrary } from './tensorflow-library.mjs';
import { verifyTensorFlow } from './verify-tensorflow.mjs';

/**
 * The TensorFlow in use, recorded in .native/backend.json: the user's own installation if it works, otherwise the
 * libraries from PyPI with the addon compiled here, otherwise plain JavaScript with the reason.
 */
export const tensorflow = {
  /** Identifies the machine and the user's wishes: if it changes, the choice is made again. */
  key,
  isDone(retryFallback = false) {
    const chosen = readJson(backendFile);
    if (chosen?.key !== key()) return false;
    if (chosen.kind === 'fallback') return !retryFallback;
    const triedInVain =
      !retryFallback && chosen.withoutAddons && chosen.addonsTried === projectAddons.sources();
    if (!projectAddons.isDone() && !triedInVain) return false;
    if (chosen.source === 'package') return fs.existsSync(chosen.package);
    if (chosen.source === 'addon') return fs.existsSync(placedAddon);
    if (chosen.cuda && !cuda.isDone()) return false;
    return isPlaced() && chosen.libraries.every((name) => fs.existsSync(path.join(nativeLibraries, name)));
  },

  async run(runStep) {
    const chosen = (await ownInstallation(runStep)) ?? (await fromWheel(runStep));
    if (chosen.kind === 'native') await addAddons(chosen, runStep);
    writeFileWhole(backendFile, `${JSON.stringify({ ...chosen, key: key() }, null, 2)}\n`);
    return chosen;
  },
};

/** The notice shown if the slow fallback is in use, or undefined. */
export function fallbackNotice(chosen = readJson(backendFile)) {
  if (chosen?.kind !== 'fallback') return undefined;
  return `TensorFlow's native library is not in use (${chosen.reason}): everything runs in plain JavaScript, 50 to 100 times slower; "npm run setup" tries again.`;
}

/** The notice shown if training runs op by op although TensorFlow is native, or undefined. */
export function addonNotice(chosen = readJson(backendFile)) {
  return chosen?.kind === 'native' && chosen.withoutAddons
    ? `Training steps run op by op and clips are made in JavaScript, both several times slower: ${chosen.withoutAddons}`
    : undefined;
}

/** The notice shown if there is a GPU that TensorFlow does not use, or undefined. */
export function gpuNotice(chosen = readJson(backendFile)) {
  return chosen?.kind === 'native' && chosen.unusedGpu
    ? `TensorFlow computes on the CPU: ${chosen.unusedGpu}; XKD_DEVICE=cpu takes the smaller build without it.`
    : undefined;
}

/** The project's own addons make training and its loader faster; without them both work in TypeScript. */
async function addAddons(chosen, runStep) {
  try {
    if (!projectAddons.isDone()) await runStep(projectAddons);
  } catch (error) {
    // After a network or disk space failure the user will want to try again; other failures will not go away by
    // themselves.
    if (!(error instanceof SetupError) || !['missing', 'other'].includes(error.kind)) throw error;
    // What was compiled from an earlier version does not fit this one.
    projectAddons.remove();
    chosen.withoutAddons = error.message;
    chosen.addonsTried = projectAddons.sources();
  }
}

async function ownInstallation(runStep) {
  const ownPackage = process.env.XKD_TFJS_NODE;
  if (ownPackage) {
    const folder = path.resolve(ownPackage);
    const found = await verified('XKD_TFJS_NODE', folder, runStep, folder);
    return { ...found, source: 'package', package: folder, reason: 'XKD_TFJS_NODE' };
  }
  const ownAddon = process.env.XKD_TFJS_ADDON;
  if (ownAddon) {
    const file = path.resolve(ownAddon);
    fs.rmSync(placedAddon, { force: true });
    fs.mkdirSync(path.dirname(placedAddon), { recursive: true });
    // A link, since the addon finds its libraries relative to its real location.
    fs.symlinkSync(file, placedAddon);
    const found = await verified('XKD_TFJS_ADDON', file, runStep);
    return { ...found, source: 'addon', reason: 'XKD_TFJS_ADDON' };
  }
  if (!fs.existsSync(placedAddon) || isPlaced() || isLinkedHere()) return undefined;
  fs.rmSync(backendFile, { force: true });
  const found = await verifyTensorFlow();
  if (!found.works || !found.native) return undefined;
  return {
    kind: 'native',
    tensorflow: found.tensorflow,
    device: found.device,
    source: 'addon',
    reason: 'an addon of your own was in place',
  };
}

async function verified(variable, place, runStep, packagePath) {
  let found;
  await runStep({
    title: 'Your own TensorFlow',
    async run(line) {
      line.update(0.1, place);
      fs.rmSync(backendFile, { force: true });
      found = await verifyTensorFlow(packagePath);
      if (!found.works || !found.native) {
        throw new SetupError(
          `${variable} names "${place}", which does not work (${found.reason ?? 'it is not native'}): mend it or unset ${variable}.`,
        );
      }
      line.update(1, `TensorFlow ${found.tensorflow} on the ${found.device}, ${place}`);
    },
  });
  return { kind: 'native', tensorflow: found.tensorflow, device: found.device };
}

async function fromWheel(runStep) {
  const selection = selectTensorFlow(machineFacts());
  if (selection.kind === 'fallback') return fallback(selection.reason);
  try {
    const steps = [
      tensorflowLibrary(selection),
      ...(selection.cuda ? [cuda] : []),
      tensorflowAddon(selection),
    ];
    for (const step of steps) {
      if (!step.isDone()) await runStep(step);
    }
  } catch (error) {
    // After a network or disk space failure the user will want to try again; other failures will not go away by
    // themselves.
    if (!(error instanceof SetupError) || !['missing', 'other'].includes(error.kind)) throw error;
    return fallback(error.message.replace(/[:;] .*/, ''));
  }
  let found;
  await runStep({
    title: 'TensorFlow check',
    async run(line) {
      fs.rmSync(backendFile, { force: true });
      found = await verifyTensorFlow();
      line.update(1, found.works ? `version ${found.tensorflow} on the ${found.device}` : found.reason);
    },
  });
  if (!found.works) return fallback(`it does not run on this machine: ${found.reason}`);
  const gpuMissed = selection.device === 'gpu' && found.device !== 'gpu';
  return {
    kind: 'native',
    tensorflow: found.tensorflow,
    device: found.device,
    source: 'wheel',
    libraries: selection.libraries,
    cuda: selection.cuda,
    reason: '',
    unusedGpu: gpuMissed
      ? 'an NVIDIA driver is there, but TensorFlow finds no GPU that it can use'
      : selection.unusedGpu,
  };
}

async function fallback(reason) {
  return { kind: 'fallback', tensorflow: 'none', device: 'cpu', reason };
}

/** What the choice depends on, determined without starting a process. */
function key() {
  const { XKD_TFJS_NODE, XKD_TFJS_ADDON, XKD_DEVICE } = process.env;
  return fingerprint(
    tensorflowVersion,
    process.platform,
    process.arch,
    hasNvidiaDriver(),
    JSON.stringify([XKD_TFJS_NODE, XKD_TFJS_ADDON, XKD_DEVICE]),
  );
}
