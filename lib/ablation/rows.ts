import { type LossAblation, type Overrides, lossAblations } from '../config';
import { UserError } from '../errors';
import { paperFigures, recognisePaperRow, type PaperFigure, type PaperTable } from '../eval/paper';

/** One network of the ablation: its changes to the full XKD configuration. */
export interface AblationRow {
  /** Name on the command line and of folders. */
  readonly name: string;
  readonly title: string;
  readonly overrides: Overrides;
  /** Probability that the visible class equals the audible one (a parameter of the sample set). */
  readonly commonShare: number;
  /** The row, on the same data, relative to which its gain is computed. */
  readonly against: string;
  /** True if it is a control; the paper has none. */
  readonly isControl: boolean;
  /** True if it is a variant of this project that is not in the paper either. */
  readonly isOurs?: boolean;
  /** Default: `losses`. */
  readonly training?: RowTraining;
}

/**
 * How a row's networks are trained. `losses`: those of XKD; `none`: not at all, the lower end; `labels`: students with labels,
 * the upper end.
 */
export const rowTrainings = ['losses', 'none', 'labels'] as const;
export type RowTraining = (typeof rowTrainings)[number];

export function trainingOf({ training = 'losses' }: Pick<AblationRow, 'training'>): RowTraining {
  return training;
}

/** Reconstruction of both modalities, to which every other row adds something. */
export const referenceRow = 'reconstruction';

/** The paper's rows in its order, then ours, then the controls. */
export const ablationRows: readonly AblationRow[] = [
  ...lossAblations.filter(({ ours }) => !ours).map(lossRow),
  row('full', 'full XKD', {}),
  row('refinement-off', 'refinement off', { refinement: 'none' }),
  row('refinement-softmax', 'refinement softmax', { refinement: 'softmax' }),
  row('teacher-local', 'teachers see a local view', { teacherView: 'firstLocal' }),
  row('mas', 'MAS: students share blocks', { sharing: 'students' }),
  row('mats', 'MATS: teachers share, too', { sharing: 'teachersAndStudents' }),
  ours('frozen', 'frozen teachers', { teacher: 'frozen' }),
  ...lossAblations.filter(({ ours }) => ours).map(lossRow),
  ours('tube', 'tube masks', { 'mask.video.kind': 'tube' }),
  { ...row('untrained', 'untrained network', {}), isControl: true, training: 'none' },
  { ...row('supervised', 'supervised training', {}), isControl: true, training: 'labels' },
  { ...row('shuffled', 'full XKD, shuffled pairs', { pairs: 'shuffled' }), isControl: true },
  ...[0.75, 0.5, 0.25, 0].flatMap((share) => withShare(share)),
];

/**
 * Rows by name, in table order.
 *
 * @param names default: all
 * @param among default: those of `xkd ablate`
 * @throws UserError naming the unknown row and the available ones
 */
export function chooseRows(names?: readonly string[], among = ablationRows): AblationRow[] {
  const known = among.map(({ name }) => name);
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UserError(`The ablation has no row "${unknown}": choose from ${known.join(', ')}.`);
  }
  return among.filter(({ name }) => names === undefined || names.includes(name));
}

/**
 * The paper's tables in the order in which they are searched. The ablations come first, as their rows are comparable with
 * each other.
 */
const tableOrder: readonly PaperTable[] = ['ablations', 'audio', 'refinement', 'main'];

/** The paper's linear evaluation results for a row: at most one figure per data set and modality. */
export function paperFiguresOf({ overrides, commonShare, isControl, isOurs }: AblationRow): PaperFigure[] {
  const { sharing = 'none', ...rest } = overrides;
  const { row: name, others } = recognisePaperRow(rest);
  if (name === null || others.length > 0 || commonShare !== 1 || isControl || isOurs) return [];
  const variant = { none: 'MS', students: 'MAS', teachersAndStudents: 'MATS' }[String(sharing)];
  const found = tableOrder.flatMap((table) =>
    paperFigures.filter(
      (figure) =>
        figure.table === table &&
        figure.row === name &&
        figure.variant === variant &&
        !figure.protocols.includes('finetune'),
    ),
  );
  const keyOf = ({ dataset, modality }: PaperFigure) => `${dataset} ${modality}`;
  return found.filter((figure, i) => found.findIndex((other) => keyOf(other) === keyOf(figure)) === i);
}

function row(name: string, title: string, overrides: Overrides): AblationRow {
  return { name, title, overrides, commonShare: 1, against: referenceRow, isControl: false };
}

/** A variant that is not in the paper. */
function ours(name: string, title: string, overrides: Overrides): AblationRow {
  return { ...row(name, `${title} (ours)`, overrides), isOurs: true };
}

function lossRow(loss: LossAblation): AblationRow {
  return (loss.ours ? ours : row)(loss.name, loss.title, loss.overrides);
}

/** Reconstruction and full XKD on data whose video says less about the class. */
function withShare(commonShare: number): AblationRow[] {
  const suffix = `share-${commonShare}`;
  const against = `${referenceRow}-${suffix}`;
  const control = { commonShare, against, isControl: true };
  const reference = lossAblations.find(({ name }) => name === referenceRow)!;
  return [
    { ...row(against, `${reference.title}, common share ${commonShare}`, reference.overrides), ...control },
    { ...row(`full-${suffix}`, `full XKD, common share ${commonShare}`, {}), ...control },
  ];
}
