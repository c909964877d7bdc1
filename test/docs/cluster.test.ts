import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { createProgram } from 'xkd/dist/cli/main';
import { configure, parseOverrides, projectPath } from 'xkd/internal';

const folder = projectPath('docs', 'cluster');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

const pod = z.strictObject({
  restartPolicy: z.enum(['Never', 'OnFailure']).optional(),
  containers: z
    .array(
      z.strictObject({
        name: z.string(),
        image: z.string(),
        workingDir: z.string().optional(),
        command: z.array(z.string()).optional(),
        args: z.array(z.string()).optional(),
        resources: z
          .strictObject({ limits: z.record(z.string(), z.union([z.string(), z.int()])) })
          .optional(),
        volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string() })).optional(),
      }),
    )
    .min(1),
  volumes: z
    .array(
      z.union([
        z.strictObject({
          name: z.string(),
          persistentVolumeClaim: z.strictObject({ claimName: z.string() }),
        }),
        z.strictObject({ name: z.string(), emptyDir: z.strictObject({ medium: z.literal('Memory') }) }),
      ]),
    )
    .optional(),
});
const replicas = z.strictObject({
  replicas: z.int().min(1),
  template: z.strictObject({ spec: pod }),
});

/** The fields that the job uses, as the MPI Operator documents them for `kubeflow.org/v2beta1`; others are refused. */
const mpiJob = z.strictObject({
  apiVersion: z.literal('kubeflow.org/v2beta1'),
  kind: z.literal('MPIJob'),
  metadata: z.strictObject({ name: z.string().regex(/^[a-z0-9-]+$/) }),
  spec: z.strictObject({
    mpiImplementation: z.enum(['OpenMPI', 'Intel', 'MPICH']),
    slotsPerWorker: z.int().min(1),
    runPolicy: z.strictObject({ cleanPodPolicy: z.enum(['Running', 'All', 'None']) }),
    mpiReplicaSpecs: z.strictObject({ Launcher: replicas, Worker: replicas }),
  }),
});

describe('the files for clusters', () => {
  it('have a job with the fields of the MPI Operator, and as many processes as places', () => {
    const { spec } = mpiJob.parse(parse(read('mpijob.yaml')));
    const { Launcher, Worker } = spec.mpiReplicaSpecs;
    const command = Launcher.template.spec.containers[0].args!.join(' ');
    assert.equal(Number(/ -n (\d+) /.exec(command)![1]), spec.slotsPerWorker * Worker.replicas);
  });

  it('mount only volumes that they have', () => {
    const { spec } = mpiJob.parse(parse(read('mpijob.yaml')));
    for (const { template } of Object.values(spec.mpiReplicaSpecs)) {
      const names = template.spec.volumes!.map(({ name }) => name);
      for (const { volumeMounts = [] } of template.spec.containers)
        for (const { name } of volumeMounts) assert.ok(names.includes(name), name);
    }
  });

  for (const name of readdirSync(folder)) {
    it(`give options that there are, and a batch that can be divided: ${name}`, () => {
      const text = read(name)
        .replace(/^\s*#.*$/gm, '')
        .replace(/\\\n/g, ' ')
        .replace(/\n\s+/g, ' ');
      const words = /xkd\.mjs pretrain (.*)/.exec(text)![1].split(/\s+/);
      const pretrain = createProgram().commands.find((command) => command.name() === 'pretrain')!;
      const known = pretrain.options.map(({ long }) => long);
      for (const word of words)
        if (word.startsWith('--')) assert.ok(known.includes(word.replace(/\W+$/, '')), word);
      const config = configure('base', parseOverrides(words.filter((word) => /^[a-z]+\.\w+=/.test(word))));
      assert.equal(config.training.batch % 8, 0);
    });
  }

  it('explain every line of the scripts', () => {
    for (const name of ['slurm.sh', 'mpiexec.sh']) {
      const blocks = read(name).trim().split(/\n\n+/);
      for (const block of blocks) assert.match(block, /^#/, block);
    }
  });
});
