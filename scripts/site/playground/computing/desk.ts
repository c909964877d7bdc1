import { configure, parameterSpecs, type TrainState, UserError } from 'xkd/core';
import { startBackend } from '../backend';
import type { Answer, Facts, Request, Stretch } from '../protocol';
import { classNames } from '../training/clips';
import { changeable } from '../training/settings';
import { type Settings, Trainer } from '../training/trainer';
import { type GivenNetwork, openGiven } from './givenNetwork';
import { lookAt } from './look';
import { mapClips } from './map';
import { Measures } from './measures';
import { shownClips, sampleStretch } from './stretches';
import { TrainingClips } from './trainingClips';

/** The preset that the page trains. */
export const preset = 'pico';

/** Steps of a run: its schedules end with them. */
const steps = 900;

/** Steps between probes. */
const probeEvery = 25;

/** Answers the page's requests with the network that is being trained. */
export class Desk {
  private backend!: Facts['backend'];
  private clips!: TrainingClips;
  private trainer!: Trainer;
  private measures!: Measures;
  private running = false;
  private given: (GivenNetwork & { readonly state: TrainState }) | null = null;
  private config = configure(preset);
  private readonly stretches = new Map<number, Stretch>();

  constructor(private readonly say: (answer: Answer) => void) {}

  /** Pausing takes effect before requests that are still waiting. */
  notice(request: Request): void {
    if (request.kind === 'run') this.running = request.running;
    if (request.kind === 'reset') this.running = false;
  }

  async answer(request: Request): Promise<void> {
    switch (request.kind) {
      case 'start':
        this.backend = await startBackend(request.backend);
        if (request.network) this.given = { ...request.network, state: openGiven(request.network) };
        this.clips = new TrainingClips(this.config);
        this.reset(0, {});
        this.say(this.facts());
        // Meanwhile the reader reads.
        return void this.draw();
      case 'reset':
        this.reset(request.seed, request.settings);
        return this.say(this.facts());
      case 'settings':
        return this.trainer.change(request.settings);
      case 'run':
        return request.running ? this.run() : this.pause();
      case 'step':
        await this.step();
        return this.pause();
      case 'sample': {
        const label = shownClips[request.index].label;
        return this.say({ kind: 'sample', id: request.id, stretch: this.stretch(request.index), label });
      }
      case 'look': {
        const look = lookAt(this.network, request.stretch, request.ratios);
        return this.say({ kind: 'look', id: request.id, look });
      }
      case 'map': {
        const clips =
          request.clips ?? shownClips.map(({ label }, index) => ({ label, stretch: this.stretch(index) }));
        return this.say({ kind: 'map', id: request.id, map: mapClips(this.network, clips) });
      }
    }
  }

  /** The network that is shown: the one that came with the page, or else the one in training. */
  private get network(): TrainState {
    return this.given?.state ?? this.trainer.xkd;
  }

  /** Clips are drawn once and kept, as bytes. */
  private stretch(index: number): Stretch {
    const known = this.stretches.get(index) ?? sampleStretch(this.network.config, index);
    this.stretches.set(index, known);
    return known;
  }

  private reset(seed: number, settings: Settings): void {
    if (!Number.isInteger(seed) || seed < 0) throw new UserError('The seed is a whole number from 0 on.');
    (this.trainer as Trainer | undefined)?.dispose();
    this.config = configure(preset, { ...settings, seed });
    const { batch } = this.config.training;
    const clips = this.clips.training;
    const length = { stepsPerEpoch: Math.floor(TrainingClips.count / batch), steps };
    this.trainer = new Trainer(this.config, clips, length);
    this.measures = new Measures(this.config);
  }

  private facts(): Facts {
    const parameters = parameterSpecs(this.config).filter(({ trainable }) => trainable);
    return {
      kind: 'ready',
      backend: this.backend,
      preset,
      steps,
      parameters: parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
      seconds: this.network.config.clip.seconds,
      ratios: { video: this.network.config.mask.video, audio: this.network.config.mask.audio },
      given: this.given && {
        name: this.given.name,
        preset: this.given.config.preset,
        step: this.given.step,
      },
      outputs: this.config.projector.outputs,
      classes: classNames,
      clips: shownClips.length,
      settings: changeable(this.config),
    };
  }

  /** Takes a step, then lets other requests in, and goes on until it is paused. */
  private async run(): Promise<void> {
    if (!this.running) return;
    await this.step();
    if (this.trainer.step >= steps) return this.pause();
    if (this.running) setTimeout(() => void this.again());
  }

  private async again(): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      this.running = false;
      this.say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }

  private pause(): void {
    this.running = false;
    this.say({ kind: 'paused', step: this.trainer.step, finished: this.trainer.step >= steps });
  }

  private async step(): Promise<void> {
    await this.draw();
    if (this.trainer.step === 0) this.probe();
    if (this.trainer.step >= steps) return;
    const begin = performance.now();
    const { xkd, baseline } = await this.trainer.advance();
    this.say({
      kind: 'stepped',
      step: this.trainer.step,
      losses: xkd.losses,
      baseline: baseline?.losses.reconstruction ?? NaN,
      milliseconds: performance.now() - begin,
    });
    if (this.trainer.step % probeEvery === 0) this.probe();
  }

  private draw(): Promise<void> {
    return this.clips.draw((done, total) => this.say({ kind: 'drawing', done, total }));
  }

  private probe(): void {
    this.say(this.measures.take(this.trainer, this.clips));
  }
}
