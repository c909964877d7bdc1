import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openDataset, UserError, type Dataset, type DatasetArgs, type Fold } from 'xkd/internal';

/** Writes files below a folder. Without given content they hold one byte. */
export function plant(root: string, files: readonly string[] | Readonly<Record<string, string>>): void {
  const named = Array.isArray(files)
    ? files.map((name: string) => [name, 'x'] as const)
    : Object.entries(files);
  for (const [name, content] of named) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

/** File names of a fold, as `train a b / test c`. */
export function foldFiles({ entries, root }: Dataset, fold: Fold): string {
  const names = (positions: readonly number[]): string =>
    positions.map((i) => entries[i].path.slice(root.length + 1)).join(' ');
  const parts = [`train ${names(fold.train)}`, `test ${names(fold.test)}`];
  if (fold.validation) parts.push(`validation ${names(fold.validation)}`);
  return parts.join(' / ');
}

/** Asserts that opening fails with one clear sentence. */
export async function refuses(root: string, args: DatasetArgs, message: RegExp): Promise<void> {
  await assert.rejects(openDataset(root, args), (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

/** UCF101 with two classes of four clips, including the class whose files are spelt differently. */
export function plantUcf101(root: string): void {
  const clip = (name: string, group: number): string =>
    `${name}/v_${name.replace('Handstand', 'HandStand')}_g0${group}_c01.avi`;
  const names = ['ApplyEyeMakeup', 'HandstandPushups'];
  const clips = (groups: readonly number[]) =>
    names.flatMap((name, i) => groups.map((g) => ({ file: clip(name, g), i })));
  plant(
    join(root, 'UCF-101'),
    clips([1, 2, 3, 4]).map(({ file }) => file),
  );
  plant(join(root, 'UCF-101'), ['ApplyEyeMakeup/._v_ApplyEyeMakeup_g01_c01.avi', 'Thumbs.db']);
  const lists = Object.fromEntries(
    [1, 2, 3].flatMap((fold) => [
      [
        `trainlist0${fold}.txt`,
        clips([1, 2, 3, 4].filter((g) => g !== fold))
          .map(({ file, i }) => `${file} ${i + 1}`)
          .join('\r\n'),
      ],
      [
        `testlist0${fold}.txt`,
        `${clips([fold])
          .map(({ file }) => file)
          .join('\r\n')}\r\n`,
      ],
    ]),
  );
  plant(join(root, 'ucfTrainTestlist'), {
    ...lists,
    'classInd.txt': '1 ApplyEyeMakeup\r\n2 HandstandPushups\r\n',
  });
}

/** HMDB51 with two classes and the unusual characters of its names. */
export function plantHmdb51(root: string): void {
  const clips = {
    brush_hair: [
      '#20_Rhythm_clap_u_nm_np1_fr_goo_0.avi',
      'Best_of;me_h_cm_np1_le_goo_1.avi',
      'a&b_(x)_2.avi',
    ],
    sword_exercise: [
      'April_09_f_cm_np2_ri_med_0.avi',
      'Schwert\u00fcbung_f_cm_np1_1.avi',
      'last!_f_cm_2.avi',
    ],
  };
  for (const [label, names] of Object.entries(clips)) {
    plant(join(root, 'hmdb51_org', label), names);
    for (const fold of [0, 1, 2]) {
      const lines = names.map((name, i) => `${name} ${(i + fold) % 3} `);
      plant(root, {
        [`testTrainMulti_7030_splits/${label}_test_split${fold + 1}.txt`]: `${lines.join('\n')}\n`,
      });
    }
  }
}

/** ESC-50 with two classes of five clips, one in each fold. */
export function plantEsc50(root: string): void {
  const rows = ['dog', 'sea waves'].flatMap((category, c) =>
    [1, 2, 3, 4, 5].map((fold) => ({ file: `${fold}-1003${c}-A-${c}.wav`, fold, target: c, category })),
  );
  plant(
    join(root, 'audio'),
    rows.map(({ file }) => file),
  );
  const lines = rows.map(
    ({ file, fold, target, category }) => `${file},${fold},${target},${category},True,100032,A`,
  );
  plant(root, {
    'meta/esc50.csv': `filename,fold,target,category,esc10,src_file,take\n${lines.join('\n')}\n`,
  });
}

/** FSD50K with three labels. */
export function plantFsd50k(root: string): void {
  plant(root, [
    'FSD50K.dev_audio/64760.wav',
    'FSD50K.dev_audio/007.wav',
    'FSD50K.dev_audio/1e5.wav',
    'FSD50K.eval_audio/37199.wav',
  ]);
  plant(join(root, 'FSD50K.ground_truth'), {
    'vocabulary.csv': '0,Bark,/m/05tny_\n1,Dog,/m/0bt9lr\n2,Electric_guitar,/m/02sgy\n',
    'dev.csv':
      'fname,labels,mids,split\n64760,Electric_guitar,/m/02sgy,train\n007,"Bark,Dog","/m/05tny_,/m/0bt9lr",val\n1e5,Dog,/m/0bt9lr,train\n',
    'eval.csv': 'fname,labels,mids\n37199,"Dog,Electric_guitar","/m/0bt9lr,/m/02sgy"\n',
  });
}
