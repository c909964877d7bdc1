import assert from 'node:assert/strict';
import { loadScript } from './support';

interface Failures {
  explainFailure(step: string, output: string): { message: string; kind: string };
}
interface Disk {
  requireSpace(step: string, neededBytes: number, freeBytes: number): void;
}
interface NodeVersion {
  readonly testedLines: readonly number[];
  judgeNode(version: string): { readonly refusal?: string; readonly warning?: string };
}
interface Python {
  isNewEnough(version: string): boolean;
}
interface JupyterFacts {
  readonly notebooks: string;
  readonly firstNotebook?: string;
  readonly isRoot: boolean;
  readonly hasScreen: boolean;
}
interface Jupyter {
  jupyterArguments(given: readonly string[], facts: JupyterFacts): string[];
  askedPort(given: readonly string[]): number | undefined;
}

describe('what set-up says', () => {
  it('turns the failures of npm and pip into one sentence with the way out', async () => {
    const { explainFailure } = await loadScript<Failures>('setup/failure.mjs');
    for (const [output, kind, sentence] of [
      ['npm error code ENOTFOUND\nnpm error network request failed', 'network', /could not be reached/],
      [
        'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
        'disk',
        /disk is full/,
      ],
      [
        "WARNING: Retrying after connection broken by 'NewConnectionError'\nERROR: No matching distribution found for tensorflow-cpu==2.21.0",
        'network',
        /could not be reached/,
      ],
      ['ERROR: No matching distribution found for tensorflow-cpu==2.21.0', 'missing', /does not offer/],
      ['SSLError(SSLCertVerificationError(1, CERTIFICATE_VERIFY_FAILED))', 'certificate', /PIP_CERT/],
      ['EACCES: permission denied, mkdir node_modules', 'permission', /write access/],
      ['something\nerror: it broke here\nbye', 'other', /it broke here/],
    ] as const) {
      const { message, kind: found } = explainFailure('This step', output);
      assert.equal(found, kind, output);
      assert.match(message, sentence);
      assert.match(message, /^This step.*run the command again.*\.$/);
      assert.ok(!message.includes('\n'));
    }
  });

  it('stops before a step that would fill the disk, with both figures', async () => {
    const { requireSpace } = await loadScript<Disk>('setup/disk.mjs');
    assert.throws(() => requireSpace('TensorFlow library', 2e9, 1.2e8), {
      name: 'SetupError',
      message:
        'TensorFlow library needs 2.0 GB of free disk space and 120 MB are free: free some and run the command again.',
    });
    requireSpace('TensorFlow library', 2e9, 2e9);
  });

  it('knows which Node and which Python will do', async () => {
    const { judgeNode } = await loadScript<NodeVersion>('setup/node-version.mjs');
    for (const version of ['v20.19.0', '20.20.2', 'v22.0.0', 'v24.1.0', '26.12.1'])
      assert.deepEqual(judgeNode(version), {}, version);
    for (const version of ['v18.20.4', 'v20.18.3', 'v6.0.0']) {
      const { refusal, warning } = judgeNode(version);
      assert.equal(warning, undefined);
      assert.equal(
        refusal,
        `This is Node ${version.slice(1)}, and XKD notebooks needs Node 22, 24 or 26: install one of these and run the command again.`,
      );
    }
    for (const version of ['v21.7.3', 'v23.0.0', 'v25.1.0', 'v27.0.0', 'v100.2.0']) {
      const { refusal, warning } = judgeNode(version);
      assert.equal(refusal, undefined);
      assert.equal(
        warning,
        `This is Node ${version.slice(1)}, on which XKD notebooks has not been tested: should something fail, install Node 26.`,
      );
    }
    const { isNewEnough } = await loadScript<Python>('setup/python.mjs');
    assert.deepEqual(['3.9.18', '3.10.0', '3.13.1', '2.7.18'].map(isNewEnough), [false, true, true, false]);
  });
});

describe("JupyterLab's options", () => {
  const facts: JupyterFacts = {
    notebooks: '/n',
    firstNotebook: '00_start_here.ipynb',
    isRoot: false,
    hasScreen: true,
  };

  it('bind to this computer alone and open the first notebook', async () => {
    const { jupyterArguments } = await loadScript<Jupyter>('commands/jupyter-arguments.mjs');
    const args = jupyterArguments([], facts);
    assert.ok(args.includes('--ServerApp.ip=127.0.0.1'));
    assert.ok(args.includes('--ServerApp.port=8888'));
    assert.ok(args.includes('--ServerApp.root_dir=/n'));
    assert.ok(args.includes('--LabApp.default_url=/lab/tree/00_start_here.ipynb'));
    assert.ok(!args.includes('--allow-root') && !args.includes('--no-browser'));
  });

  it('allow root and leave the browser alone only where that is needed', async () => {
    const { jupyterArguments } = await loadScript<Jupyter>('commands/jupyter-arguments.mjs');
    const args = jupyterArguments([], { ...facts, isRoot: true, hasScreen: false });
    assert.ok(args.includes('--allow-root') && args.includes('--no-browser'));
  });

  it("pass the user's on unchanged, and theirs win", async () => {
    const { askedPort, jupyterArguments } = await loadScript<Jupyter>('commands/jupyter-arguments.mjs');
    const given = ['--port', '9999', '--ip=0.0.0.0', '--ServerApp.token=abc'];
    const args = jupyterArguments(given, facts);
    assert.deepEqual(args.slice(-4), given);
    assert.ok(!args.some((arg) => /^--ServerApp\.(port|ip)=/.test(arg)));
    assert.ok(args.includes('--ServerApp.port_retries=0'));
    assert.deepEqual(
      ['--port=1', '--ServerApp.port=2'].map((word) => askedPort([word])),
      [1, 2],
    );
    assert.equal(askedPort(given), 9999);
    assert.equal(askedPort([]), undefined);
  });
});
