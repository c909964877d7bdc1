import fs from 'node:fs';
import { libBuild } from './build.mjs';
import { endRunning } from './execute.mjs';
import { explainFailure, SetupError } from './failure.mjs';
import { ffmpeg } from './ffmpeg.mjs';
import { kernelspec } from './kernelspec.mjs';
import { labextension } from './labextension.mjs';
import { alone } from './lock.mjs';
import { mpi as mpiStep } from './mpi.mjs';
import { npmPackages } from './npm-packages.mjs';
import { scratch } from './paths.mjs';
import { pythonEnvironment } from './python.mjs';
import { pythonPackages } from './python-packages.mjs';
import { StepLine } from './report.mjs';
import { platformProblem } from './select-tensorflow.mjs';
import { addonNotice, fallbackNotice, gpuNotice, tensorflow } from './tensorflow.mjs';

/** In order; each has a title, isDone() based on files alone, and run(line). */
const steps = [npmPackages, pythonEnvironment, pythonPackages, ffmpeg, kernelspec, labextension];

/**
 * Sets up whatever is missing, with one line per step on stderr, and builds lib. Prints nothing if everything is there.
 * Returns true, or reports the failure in one sentence and returns false. `retryFallback` looks again for a native
 * TensorFlow if none was found before; `build: false` leaves lib as it is; `mpi: true` also sets up what runs on several
 * processes need.
 */
export async function setUp({ retryFallback = false, build = true, mpi = false } = {}) {
  let interruptedBy;
  const end = () => {
    console.error('\nSet-up was interrupted: run the command again; it continues where it stopped.');
    process.exit(interruptedBy === 'SIGINT' ? 130 : 143);
  };
  // The current step ends with its programs and cleans up; if that takes long, it is not awaited.
  const leave = (signal) => {
    interruptedBy = signal;
    endRunning();
    setTimeout(end, 3000).unref();
  };
  process.on('SIGINT', leave).on('SIGTERM', leave);
  try {
    const problem = platformProblem(process.platform);
    if (problem) throw new SetupError(problem);
    const isDone = () =>
      steps.every((step) => step.isDone()) &&
      tensorflow.isDone(retryFallback) &&
      (!mpi || mpiStep.isDone()) &&
      (!build || libBuild.isDone());
    if (!isDone()) await alone(() => runMissing({ retryFallback, build, mpi }));
    return true;
  } catch (error) {
    if (interruptedBy) end();
    console.error((error instanceof SetupError ? error : asSetupError(error)).message);
    return false;
  } finally {
    process.off('SIGINT', leave).off('SIGTERM', leave);
  }
}

/** Warnings about what is in use but should not be, shown at every start. */
export function notices() {
  return [fallbackNotice(), addonNotice(), gpuNotice()].filter(Boolean);
}

async function runMissing({ retryFallback, build, mpi }) {
  fs.rmSync(scratch, { recursive: true, force: true });
  fs.mkdirSync(scratch, { recursive: true });
  try {
    for (const step of steps) if (!step.isDone()) await runStep(step);
    if (!tensorflow.isDone(retryFallback)) await tensorflow.run(runStep);
    if (mpi && !mpiStep.isDone()) await runStep(mpiStep);
    if (build && !libBuild.isDone()) await runStep(libBuild);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

async function runStep(step) {
  const line = new StepLine(step.title);
  try {
    await step.run(line);
    line.done();
  } catch (error) {
    line.failed();
    throw error;
  }
}

/** A full disk or a folder without write permission can affect any step; everything else is a bug of ours. */
function asSetupError(error) {
  const explained = explainFailure('Set-up', String(error.code ?? ''));
  return explained.kind === 'other' ? new SetupError(`Set-up failed: ${error.stack}`) : explained;
}
