import type { XkdConfig } from './schema';

/** What becomes of the teachers' weights in training. */
export interface TeacherKind {
  /** Whether every step moves a teacher towards its student; otherwise it keeps the weights that it was given. */
  readonly follows: boolean;
  /** As figures name it. */
  readonly label: string;
  /** The same as the end of a sentence about a teacher. */
  readonly inWords: string;
}

/** What each value of the key `teacher` means; whatever depends on it reads it here. */
export const teacherKinds: Readonly<Record<XkdConfig['teacher'], TeacherKind>> = {
  ema: { follows: true, label: 'EMA', inWords: 'follows by EMA' },
  frozen: { follows: false, label: 'frozen', inWords: 'is frozen and keeps the weights that it was given' },
};
