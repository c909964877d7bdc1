import { z } from 'zod';
import { readJson } from '../files/readJson';

const losses = z.strictObject({ own: z.number(), others: z.number() });

const pairsSchema = z.strictObject({
  format: z.literal(1),
  createdBy: z.array(z.string()),
  testClips: z.int(),
  /** Losses in nats: of the student's predictions for the other modality of the same clip, and for other clips. */
  pairs: z.array(
    z.strictObject({ row: z.string(), seed: z.int(), audioToVideo: losses, videoToAudio: losses }),
  ),
});

/**
 * Measures how well each student of an ablation distinguishes its teacher's prediction for the same clip from those for
 * others.
 */
export type AblationPairs = Readonly<z.infer<typeof pairsSchema>>;

/**
 * Reads the output of `xkd ablate --merge --pairs`.
 *
 * @throws UserError if there is none, or it is damaged
 */
export function readAblationPairs(path: string): AblationPairs {
  return readJson(
    path,
    pairsSchema,
    (wrong) =>
      `"${path}" holds no pairs of an ablation (${wrong}); name the ablation-pairs.json that "xkd ablate --merge --pairs" wrote.`,
  );
}
