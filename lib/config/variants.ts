import type { XkdConfig } from './schema';

/** The paper's names of what modalities share (method section 7). */
export const variantNames = {
  none: 'MS',
  students: 'MAS',
  teachersAndStudents: 'MATS',
} as const satisfies Record<XkdConfig['sharing'], string>;
