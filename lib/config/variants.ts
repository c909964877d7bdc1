import type { XkdConfig } from './schema';

/** The paper's names for what modalities share (docs/method.md, section 7). */
export const variantNames = {
  none: 'MS',
  students: 'MAS',
  teachersAndStudents: 'MATS',
} as const satisfies Record<XkdConfig['sharing'], string>;
