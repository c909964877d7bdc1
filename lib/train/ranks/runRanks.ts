import { z } from 'zod';
import { type XkdConfig, flattenConfig, isFreeKey } from '../../config';
import { withBadClips } from '../../data/lists/badFiles';
import { requireEvenShares } from '../../data/loader/loader';
import type { BadClip, NdArray, ViewBatch } from '../../data/types';
import { UserError } from '../../errors';
import { projectPath, readJson } from '../../files';
import { type Remark, type World, exchangeRemarks, requireSameOnAll } from '../../ranks';
import type { RankPlace } from '../../tensor/collectives';
import { connectRanks } from '../../tensor/connectRanks';
import type { RunFacts } from '../state/checkpointMetadata';
import type { ConfigChange } from '../runs/changeLog';

/** What a rank says before a step. */
export interface StopVote {
  /** This rank wants to end before the next step. */
  readonly stops: boolean;
  /** Because of a signal. */
  readonly interrupted: boolean;
}

/** A pretraining run on several processes, as one of them sees it: what they exchange beside the tensors of a step. */
export class RunRanks {
  constructor(
    readonly world: World,
    /** Called on rank 0 with what other ranks remark. */
    private readonly report: (sentence: string) => void,
  ) {
    connectRanks(world.functions);
  }

  /** Place of this process, with what a configuration says about exchanging. */
  placeFor({ distributed }: XkdConfig): RankPlace {
    return { index: this.world.rank, count: this.world.size, ...distributed };
  }

  /**
   * Checks that all ranks take the same run, by hashes.
   *
   * @throws UserError naming the rank and what differs, or if the batch cannot be divided
   */
  async requireSame(config: XkdConfig, { clips, length }: RunFacts, resume: boolean): Promise<void> {
    await requireSameOnAll(this.world, [
      ...flattenConfig(config).filter(([key]) => !isFreeKey(key)),
      ['version of this program', version()],
      ['choice of --resume', resume],
      ['number of training clips', clips.count],
      ['set of training clips', clips.names],
      ['order of training clips', clips.order],
      ['number of steps', length],
    ]);
    requireEvenShares(config, this.world.size);
  }

  async requireSameChanges(changes: readonly ConfigChange[]): Promise<void> {
    await requireSameOnAll(this.world, [['list of changes to make', changes]]);
  }

  /** @throws UserError, because a change would reach this rank alone */
  refuseChange(): never {
    throw new UserError(
      'A run on several processes cannot be changed while it is under way: give the changes beforehand (--changes).',
    );
  }

  /** All ranks end before the same step if any of them wants to. */
  async vote({ stops, interrupted }: StopVote): Promise<StopVote> {
    const votes = await this.world.exchangeNumbers([Number(stops), Number(interrupted)]);
    return { stops: votes.some(([stop]) => stop > 0), interrupted: votes.some(([, signal]) => signal > 0) };
  }

  /** Adds the unusable clips that any rank met in a batch, in the order of the batch, and passes on what they note. */
  async withSkipped(
    known: readonly BadClip[],
    own: readonly BadClip[],
    notes: readonly string[],
  ): Promise<readonly BadClip[]> {
    const clips = own.map(({ clip, reason, partly }): Remark => ({
      numbers: [1, clip, Number(partly === true)],
      text: reason,
    }));
    const said = this.world.isFirst ? [] : notes.map((text): Remark => ({ numbers: [0, 0, 0], text }));
    const all = await exchangeRemarks(this.world, [...clips, ...said]);
    all.forEach((remarks, rank) => {
      const sentences = remarks.filter(({ numbers: [isClip] }) => isClip === 0);
      if (this.world.isFirst)
        for (const { text } of sentences) this.report(`${this.world.nameOf(rank)}: ${text}`);
    });
    const bad = all.flat().filter(({ numbers: [isClip] }) => isClip === 1);
    return withBadClips(
      known,
      bad.map(({ numbers: [, clip, partly], text }) => ({
        clip,
        reason: text,
        ...(partly === 1 && { partly: true as const }),
      })),
    );
  }

  /** The sounds of the whole batch, of which a process has read a share. */
  async soundsOf({ audio, share }: ViewBatch): Promise<NdArray[]> {
    const whole: NdArray[] = [];
    for (const { data, shape } of audio) {
      const all = new Float32Array(data.length * this.world.size);
      const parts = await this.world.exchange(new Uint8Array(data.slice().buffer));
      parts.forEach((part, rank) => all.set(new Float32Array(part.slice().buffer), rank * data.length));
      whole.push({ data: all, shape: [share!.of, ...shape.slice(1)] });
    }
    return whole;
  }
}

function version(): unknown {
  return readJson(projectPath('package.json'), z.object({ version: z.string() }), (wrong) => wrong).version;
}
