import assert from 'node:assert/strict';
import {
  configure,
  countText,
  parameterSpecs,
  sharingFigure,
  storedParts,
  type PresetName,
} from 'xkd/internal';

const sharedParts = (preset: PresetName) =>
  storedParts(configure(preset))
    .filter(({ towers }) => towers.length > 1)
    .map(
      ({ part, towers }) =>
        `${part}: ${towers.map(({ modality, role }) => `${modality} ${role}`).join(', ')}`,
    );

describe('what is stored for which towers', () => {
  for (const preset of ['nano', 'nano-mas', 'base-mats'] as const) {
    it(`names every stored parameter of ${preset} once`, () => {
      const names = storedParts(configure(preset)).flatMap((part) => part.names);
      const stored = parameterSpecs(configure(preset)).map(({ name }) => name);
      assert.deepEqual([...names].sort(), [...stored].sort());
    });
  }

  it('shares nothing in MS, students’ blocks in MAS, teachers’ blocks too in MATS', () => {
    const students = 'blocks: video student, audio student';
    assert.deepEqual(sharedParts('base'), []);
    assert.deepEqual(sharedParts('base-mas'), [students]);
    assert.deepEqual(sharedParts('base-mats'), [students, 'blocks: video teacher, audio teacher']);
  });

  it('tells what gradients move', () => {
    const trained = storedParts(configure('base')).filter((part) => part.trained > 0);
    assert.ok(trained.every(({ towers }) => towers.every(({ role }) => role === 'student')));
    assert.equal(trained.length, 12);
  });
});

describe('figure of what is shared', () => {
  const variants = (['base', 'base-mas', 'base-mats'] as const).map((preset) => ({
    name: preset,
    config: configure(preset),
  }));
  const figure = sharingFigure({ variants });
  const [{ buttons }] = figure.layout.updatemenus!;
  const boxes = (button: number) =>
    (buttons[button].args[1].shapes as { type: string; x0: number; x1: number }[]).filter(({ type }) => type === 'rect'); // prettier-ignore

  it('draws a box for each stored part, over both columns where it is shared', () => {
    assert.deepEqual(
      [0, 1, 2].map((button) => boxes(button).length),
      [22, 21, 20],
    );
    const wide = (button: number) => boxes(button).filter(({ x0, x1 }) => x1 - x0 > 50).length;
    assert.deepEqual([0, 1, 2].map(wide), [0, 1, 2]);
    assert.equal(figure.layout.shapes, buttons[0].args[1].shapes);
  });

  it('draws no arrow to a frozen teacher, and says that it is frozen', () => {
    const texts = (teacher: 'ema' | 'frozen') => {
      const config = configure('nano-mats', { teacher });
      const { data, layout } = sharingFigure({ variants: [{ name: 'MATS', config }] });
      const notes = layout.annotations as readonly { text: string; showarrow?: boolean }[];
      const hover = (data[0] as unknown as { text: string[] }).text.filter((text) =>
        text.includes('teacher'),
      );
      return { arrows: notes.filter(({ showarrow }) => showarrow).length, notes: notes.map(({ text }) => text), hover }; // prettier-ignore
    };
    const [ema, frozen] = [texts('ema'), texts('frozen')];
    assert.deepEqual([ema.arrows, frozen.arrows], [2, 0]);
    assert.ok(ema.notes.includes('EMA') && !frozen.notes.includes('EMA') && frozen.notes.includes('frozen'));
    assert.ok(ema.hover.some((text) => text.includes('follows by EMA, twice in each step')));
    assert.ok(frozen.hover.every((text) => text.includes('is frozen and keeps the weights that it was given<br>'))); // prettier-ignore
  });

  it('says how many parameters there are', () => {
    const headlines = buttons.map(
      ({ args: [, layout] }) => (layout.annotations as { text: string }[])[0].text,
    );
    assert.match(headlines[0], /396\.4 M parameters are stored, gradients move 206\.3 M/);
    assert.match(headlines[1], /311\.3 M .* 121\.3 M/);
    assert.match(headlines[2], /226\.3 M .* 121\.3 M/);
  });

  it('shortens counts', () => {
    assert.deepEqual([64, 1536, 148_608, 85_054_464].map(countText), ['64', '1.5 k', '149 k', '85.1 M']);
  });
});
