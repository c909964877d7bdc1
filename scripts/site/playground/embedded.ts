import type { XkdConfig } from 'xkd/core';

/** What `xkd export web` puts into the page: a network, and clips if any were given. */
export interface Embedded {
  readonly name: string;
  readonly config: XkdConfig;
  readonly step: number | null;
  /** A safetensors file in base64. */
  readonly weights: string;
  readonly clips: readonly EmbeddedClip[];
}

export interface EmbeddedClip {
  readonly name: string;
  readonly label: string;
  /** The file in base64. */
  readonly data: string;
}

/** Bytes of a text in base64. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
