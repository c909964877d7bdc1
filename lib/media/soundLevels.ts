/** Power of the channels of a sound, and of their mean. */
export interface SoundLevels {
  /** Peak value over all channels, in [0, 1]. */
  readonly peak: number;
  /** Mean square of the channels, and of their mean. */
  readonly channelPower: number;
  readonly mixPower: number;
  /** Largest number of channels in any frame. */
  readonly channels: number;
}
