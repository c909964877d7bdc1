import { z } from 'zod';
import { readJson } from '../files/readJson';

const losses = z.strictObject({ own: z.number(), others: z.number() });

const pairsSchema = z.strictObject({
  format: z.literal(1),
  createdBy: z.array(z.string()),
  testClips: z.int(),
  /** In nats: of the student's answers to the other modality of the same clip, and of other clips. */
  pairs: z.array(
    z.strictObject({ row: z.string(), seed: z.int(), audioToVideo: losses, videoToAudio: losses }),
  ),
});

/** How far each student of an ablation tells what its teacher says of this clip from what it says of others. */
export type AblationPairs = Readonly<z.infer<typeof pairsSchema>>;

/**
 * Reads what `xkd ablate --merge --pairs` wrote.
 *
 * @throws UserError where there is none, or it is damaged
 */
export function readAblationPairs(path: string): AblationPairs {
  return readJson(
    path,
    pairsSchema,
    (wrong) =>
      `"${path}" holds no pairs of an ablation (${wrong}); name the ablation-pairs.json that "xkd ablate --merge --pairs" wrote.`,
  );
}
