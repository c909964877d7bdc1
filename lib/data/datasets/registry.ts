import { audioset } from './audioset';
import { ave } from './ave';
import { esc50 } from './esc50';
import { fsd50k } from './fsd50k';
import { hmdb51 } from './hmdb51';
import { kinetics400, kinetics600, kinetics700, kineticsSound } from './kinetics';
import type { Layout, PublishedCounts } from './layout';
import { ucf101 } from './ucf101';
import { vggsound } from './vggsound';

/** The data sets with a known published layout. To add one, add a file beside this one and a line here. */
export const layouts = {
  ucf101,
  hmdb51,
  kinetics400,
  kinetics600,
  kinetics700,
  'kinetics-sound': kineticsSound,
  esc50,
  fsd50k,
  audioset,
  vggsound,
  ave,
} as const satisfies Readonly<Record<string, Layout>>;

export type KnownDataset = keyof typeof layouts;

export const knownDatasets = Object.keys(layouts) as readonly KnownDataset[];

/** Published sizes of the data sets. */
export const publishedCounts = Object.fromEntries(
  Object.values<Layout>(layouts).map(({ name, published }) => [name, published]),
) as Readonly<Record<KnownDataset, PublishedCounts>>;
