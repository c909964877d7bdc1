import type { XkdConfig } from './schema';

/** How the teachers' weights change in training. */
export interface TeacherKind {
  /** True if every step moves a teacher towards its student; otherwise it keeps its given weights. */
  readonly follows: boolean;
  /** Name in figures. */
  readonly label: string;
  /** The same as the predicate of a sentence about a teacher. */
  readonly inWords: string;
}

/** Meaning of each value of the key `teacher`. All code that depends on the kind of teacher reads this table. */
export const teacherKinds: Readonly<Record<XkdConfig['teacher'], TeacherKind>> = {
  ema: { follows: true, label: 'EMA', inWords: 'follows by EMA' },
  frozen: { follows: false, label: 'frozen', inWords: 'is frozen and keeps the weights that it was given' },
};

/** The views that a teacher may see, in words. */
export const teacherViewNames: Readonly<Record<XkdConfig['teacherView'], string>> = {
  firstLocal: 'first local view',
  global: 'global view',
};
