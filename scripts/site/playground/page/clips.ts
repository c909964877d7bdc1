import { bytesOf, type EmbeddedClip } from '../embedded';
import type { Facts, NamedStretch } from '../protocol';
import type { Link } from './link';
import { decodeStretch } from './media';

/** The clips to choose from: those that came with the page, or those of the sample set. */
export class Clips {
  private readonly decoded = new Map<number, Promise<NamedStretch>>();

  constructor(
    private readonly link: Link,
    private readonly embedded: readonly EmbeddedClip[],
  ) {}

  count({ clips }: Facts): number {
    return this.embedded.length || clips;
  }

  /** The part of a clip that the network gets, and the name of its class. */
  async get(index: number, seconds: number): Promise<NamedStretch> {
    if (this.embedded.length === 0) {
      const { stretch, label } = await this.link.ask<'sample'>((id) => ({ kind: 'sample', id, index }));
      return { stretch, label };
    }
    const known = this.decoded.get(index) ?? this.decode(this.embedded[index], seconds);
    this.decoded.set(index, known);
    return known;
  }

  /** All clips that came with the page; undefined if none did. */
  async own(seconds: number): Promise<NamedStretch[] | undefined> {
    if (this.embedded.length === 0) return undefined;
    const clips: NamedStretch[] = [];
    for (let index = 0; index < this.embedded.length; index++) clips.push(await this.get(index, seconds));
    return clips;
  }

  private async decode({ name, label, data }: EmbeddedClip, seconds: number): Promise<NamedStretch> {
    return { label, stretch: await decodeStretch(new Blob([bytesOf(data)]), name, seconds) };
  }
}
