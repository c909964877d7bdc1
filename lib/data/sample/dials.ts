import { z } from 'zod';

/** What can be turned to make the sample set harder, or to give it a known answer. */
export const dialsSchema = z.strictObject({
  /** Standard deviation of the grain on every frame, as a share of full scale. */
  visualNoise: z.number().min(0).max(0.5),
  /** Number of small things that drift about behind the object. */
  clutter: z.number().int().min(0).max(40),
  /**
   * Probability that the object's stripes are those of the class. Otherwise they are those of a class drawn
   * independently, while label and sound stay. The share of what sound knows about the class that video knows too:
   * no classifier of the video can exceed `commonShare + (1 - commonShare) / classes`, so what distillation
   * can give falls with it, down to nothing at 0.
   */
  commonShare: z.number().min(0).max(1),
  /**
   * A control: every video gets the sound of another clip, of a class drawn independently. The label is the
   * video's class. Sound and video then have nothing in common, and distillation must show no gain.
   */
  shuffledPairs: z.boolean(),
});

export type SampleDials = Readonly<z.infer<typeof dialsSchema>>;

export const defaultDials: SampleDials = {
  visualNoise: 0.025,
  clutter: 8,
  commonShare: 1,
  shuffledPairs: false,
};
