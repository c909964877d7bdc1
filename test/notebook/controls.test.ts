import assert from 'node:assert/strict';
import {
  ChangeLog,
  type ConfigChange,
  type Overrides,
  RunControl,
  type SteeredRun,
  UserError,
  WidgetHost,
  configField,
  configKeys,
  configure,
  controlPanel,
  flattenConfig,
  isLiveKey,
  lossesFigure,
  switchPanel,
  type StepMetrics,
} from 'xkd/internal';
import { sliderReach } from 'xkd/dist/notebook/controls/fieldControl';
import { liveFields } from 'xkd/dist/notebook/controls/liveFields';
import { captureDisplays } from './captureDisplays';

type State = Record<string, unknown>;

/** A front end that stores the state of each widget. */
function fakeFrontEnd(frontEnd = true) {
  const models = new Map<string, State>();
  const comms = new Map<string, { onMessage: ((data: unknown) => void) | null }>();
  let control: ((comm: object) => void) | null = null;
  let sent = 0;
  const kernel = {
    frontEnd,
    open: (_target: string, { data }: { data: object }) => {
      const id = `w${comms.size}`;
      models.set(id, { ...(data as { state: State }).state });
      const comm = {
        id,
        onMessage: null as ((data: unknown) => void) | null,
        onClose: null,
        send: (message: object) => {
          sent++;
          Object.assign(models.get(id)!, (message as { state: State }).state);
        },
        close: () => void models.delete(id),
      };
      comms.set(id, comm);
      return comm;
    },
    register: (_target: string, accept: (comm: object) => void) => (control = accept),
  };
  const host = new WidgetHost(kernel as ConstructorParameters<typeof WidgetHost>[0]);
  const find = (description: string) =>
    [...models].find(([, state]) => state.description === description) ?? assert.fail(description);
  return {
    host,
    models,
    sent: () => sent,
    state: (description: string) => find(description)[1],
    move: (description: string, state: State) => {
      const [id, shown] = find(description);
      Object.assign(shown, state);
      comms.get(id)!.onMessage?.({ method: 'update', state });
    },
    click: (description: string) =>
      comms.get(find(description)[0])!.onMessage?.({ method: 'custom', content: { event: 'click' } }),
    text: () => [...models.values()].map(({ value }) => value).find((value) => /^step /.test(String(value))),
    /** Messages for a page that is reloaded. */
    reload: () => {
      let answer: { states: Record<string, { model_name: string; state: State }> } | null = null;
      const comm = {
        send: (data: never) => (answer = data),
        onMessage: null as ((data: object) => void) | null,
      };
      control?.(comm);
      comm.onMessage?.({ method: 'request_states' });
      return answer!.states;
    },
  };
}

/** A run that takes no steps, with the log of a real one. */
function fakeRun(overrides: Overrides = {}) {
  let log = new ChangeLog(configure('nano', overrides));
  const observers = new Set<() => void>();
  const tell = () => observers.forEach((observer) => observer());
  const state = { step: 3 };
  const run = {
    state,
    length: { steps: 10, stepsPerEpoch: 5, schedule: 10 },
    control: new RunControl(tell),
    looping: true,
    interrupted: false,
    latest: { total: 2.5, learningRate: 1e-3 } as StepMetrics,
    get config() {
      return log.configAt(state.step);
    },
    get changes(): readonly ConfigChange[] {
      return log.changes;
    },
    change(values: Overrides) {
      log = log.with({ step: state.step, values });
      tell();
      return state.step;
    },
    observe(observer: () => void) {
      observers.add(observer);
      return () => observers.delete(observer);
    },
  };
  return { run: run as unknown as SteeredRun & typeof run, tell, observers };
}

describe('the panel of controls', () => {
  const silent = async (work: () => unknown) => captureDisplays(work);

  it('has a control with range, unit and help of the schema for each key that may change', async () => {
    const { run } = fakeRun();
    const page = fakeFrontEnd();
    const shown = await silent(() => controlPanel(run, { host: page.host }));
    const live = configKeys(configure('nano')).filter(({ key }) => isLiveKey(key));
    const tooltips = [...page.models.values()].map(({ tooltip }) => String(tooltip));
    for (const { key, help } of live) assert.ok(tooltips.includes(`${key}: ${help}`), key);
    const { min, max, step, value, _model_name } = page.state('learning rate');
    assert.deepEqual([_model_name, min, max, step, value], ['FloatLogSliderModel', -6, -1, 0.05, 2e-3]);
    assert.deepEqual([page.state('reconstruction').max, page.state('reconstruction').value], [10, 5]);
    assert.deepEqual(page.state('refinement')._options_labels, ['none', 'mean', 'softmax']);
    assert.equal(page.state('freeze last layer [epochs]').readout_format, '.1f');
    const view = shown[0].data['application/vnd.jupyter.widget-view+json'] as { model_id: string };
    assert.equal(page.models.get(view.model_id)?._model_name, 'VBoxModel');
    assert.match(
      String(page.text()),
      /^step 3 of 10 · <b>training<\/b> · loss 2\.500 · learning rate now 1\.0e-3$/,
    );
  });

  it('makes changes by the run, which logs them, and follows changes made elsewhere', async () => {
    const { run } = fakeRun();
    const page = fakeFrontEnd();
    await silent(() =>
      controlPanel(run, { host: page.host, keys: ['optimiser.learningRate', 'refinement', 'loss'] }),
    );
    page.move('learning rate', { value: 0.00112201845 });
    page.move('refinement', { index: 2 });
    assert.deepEqual(run.changes, [
      { step: 3, values: { 'optimiser.learningRate': 0.00112 } },
      { step: 3, values: { refinement: 'softmax' } },
    ]);
    const before = page.sent();
    run.change({ 'loss.alignment': 2 });
    assert.equal(page.state('alignment').value, 2);
    assert.ok(page.sent() - before <= 2, 'only what differs is sent');
    assert.match(String(page.text()), /3 changes$/);
  });

  it('says what the run refuses, and shows the value that counts', async () => {
    const { run } = fakeRun({ 'loss.alignment': 0, 'loss.distillation': 0 });
    const page = fakeFrontEnd();
    await silent(() => controlPanel(run, { host: page.host, keys: ['loss'] }));
    page.move('reconstruction', { value: 0 });
    assert.deepEqual([run.changes.length, page.state('reconstruction').value], [0, 5]);
    assert.match(
      String(page.text()),
      /Not changed: All weights under &quot;loss&quot; are 0|Not changed: All weights/,
    );
    page.move('reconstruction', { value: 4 });
    assert.doesNotMatch(String(page.text()), /Not changed/);
  });

  it('pauses, takes single steps and stops; controls rest when the run is done', async () => {
    const { run, tell } = fakeRun();
    const page = fakeFrontEnd();
    await silent(() => controlPanel(run, { host: page.host, keys: ['mask'] }));
    page.click('Pause');
    assert.equal(run.control.paused, true);
    assert.match(String(page.text()), /will pause after this step/);
    page.click('Resume');
    assert.equal(run.control.paused, false);
    page.click('One step');
    assert.equal(run.control.paused, true);
    page.click('Stop');
    assert.equal(run.control.stopping, true);
    assert.equal(page.state('Stop').disabled, true);
    run.control.reset();
    run.looping = false;
    run.state.step = 10;
    tell();
    assert.deepEqual([page.state('video').disabled, page.state('Pause').disabled], [true, true]);
    assert.match(String(page.text()), /done/);
  });

  it('is replaced by the next one for the same run, and is told to a page that is loaded again', async () => {
    const { run, observers } = fakeRun();
    const page = fakeFrontEnd();
    await silent(() => controlPanel(run, { host: page.host, keys: ['mask'] }));
    const first = page.models.size;
    await silent(() => controlPanel(run, { host: page.host, keys: ['mask'] }));
    assert.deepEqual([page.models.size, observers.size], [first, 1]);
    const states = page.reload();
    assert.equal(Object.keys(states).length, first);
    const slider = Object.values(states).find(({ state }) => state.description === 'video')!;
    assert.deepEqual([slider.model_name, slider.state.value], ['FloatSliderModel', 0.85]);
  });

  it('says in a sentence where there is no front end, or another kernel, and the run goes its way', async () => {
    for (const [host, sentence] of [
      [new WidgetHost(null), /no controls in this kernel/],
      [fakeFrontEnd(false).host, /no controls here/],
    ] as const) {
      const { run, tell } = fakeRun();
      const shown = await silent(() => {
        const panel = controlPanel(run, { host });
        tell();
        panel.close();
      });
      assert.deepEqual(
        shown.map(({ data }) => Object.keys(data)),
        [['text/plain']],
      );
      assert.match(String(shown[0].data['text/plain']), sentence);
    }
  });

  it('refuses keys that may not change, with a sentence', () => {
    const refused = (error: Error) =>
      error instanceof UserError &&
      /"encoder" cannot change while a run is under way; these can: /.test(error.message);
    assert.throws(() => liveFields(configure('nano'), ['encoder']), refused);
    assert.throws(() => liveFields(configure('nano'), ['los']), UserError);
  });

  it('says in place of momentum that frozen teachers have none', async () => {
    const groups = liveFields(configure('nano', { teacher: 'frozen' }));
    const { fields, note } = groups.find(({ title }) => title === 'ema')!;
    assert.deepEqual([fields, note], [[], 'teachers have no momentum with teacher=frozen']);
    assert.ok(groups.filter(({ title }) => title !== 'ema').every((group) => group.note === null));
    const { run } = fakeRun({ teacher: 'frozen' });
    const page = fakeFrontEnd();
    let panel!: ReturnType<typeof controlPanel>;
    await silent(() => (panel = controlPanel(run, { host: page.host })));
    assert.ok(panel.controls.every(({ key }) => !key.startsWith('ema.')));
    const texts = [...page.models.values()].map(({ value }) => String(value));
    assert.ok(texts.includes('<b>ema</b>: teachers have no momentum with teacher=frozen'));
  });
});

describe('what the schema tells of keys that may change', () => {
  it('covers every preset value and stays within the bounds', () => {
    for (const preset of ['nano', 'base', 'base-mas', 'base-mats'] as const) {
      for (const [key, value] of flattenConfig(configure(preset)).filter(([name]) => isLiveKey(name))) {
        const { values, help } = configField(key);
        assert.ok(help.length > 0, key);
        if (values.kind === 'choice') continue;
        assert.ok(values.kind === 'number' && values.span !== null, key);
        const { span, bounds } = values;
        assert.ok(
          span.from <= Number(value) || Number(value) === 0 || span.scale === 'log',
          `${preset} ${key}`,
        );
        assert.ok(Number(value) <= span.to, `${preset} ${key}`);
        assert.ok(bounds.above ? span.from > bounds.min! : span.from >= bounds.min!, key);
        assert.ok(bounds.max === null || (bounds.below ? span.to < bounds.max : span.to <= bounds.max), key);
      }
    }
  });

  it('lets a slider reach a value that lies outside', () => {
    const { values } = configField('loss.alignment');
    assert.ok(values.kind === 'number');
    assert.deepEqual(sliderReach(values, 25), { min: 0, max: 25, step: 0.1, log: false, format: '.1f' });
  });
});

describe('a curve of a run that was steered', () => {
  it('marks each step at which something changed', () => {
    const history = Array.from({ length: 60 }, (_, step) => ({ step, total: 1 }) as StepMetrics);
    const changes: ConfigChange[] = [
      { step: 10, values: { 'loss.alignment': 2 } },
      { step: 40, values: { refinement: 'softmax' } },
      { step: 40, values: { 'mask.video': 0.5 } },
      { step: 70, values: { 'mask.video': 0.6 } },
    ];
    const { shapes, annotations } = lossesFigure(history, { terms: ['total'], changes }).layout;
    assert.deepEqual(
      shapes?.map(({ x0, x1 }) => [x0, x1]),
      [
        [10, 10],
        [40, 40],
      ],
    );
    assert.deepEqual(
      annotations?.map(({ text }) => text),
      ['loss alignment 2', 'refinement softmax, mask video 0.5'],
    );
  });
});

describe('names of changes on a curve', () => {
  const namesOf = (changes: readonly ConfigChange[], steps = 240) => {
    const history = Array.from({ length: steps }, (_, step) => ({ step, total: 1 }) as StepMetrics);
    return lossesFigure(history, { terms: ['total'], changes }).layout.annotations!;
  };

  it('are shared by neighbours, which show the newest value of each', () => {
    const rates = [0.001, 0.0012, 0.00151].map((rate, i) => ({ step: 100 + i, values: { 'optimiser.learningRate': rate } })); // prettier-ignore
    const names = namesOf([...rates, { step: 104, values: { refinement: 'softmax' } }, { step: 200, values: { refinement: 'none' } }]); // prettier-ignore
    assert.deepEqual(names.map(({ x, text }) => [x, text]), [[100, 'learning rate 0.00151, +1'], [200, 'refinement none']]); // prettier-ignore
  });

  it('keep their distance and fit between title and axis', () => {
    const changes = Array.from({ length: 240 }, (_, step) => ({ step, values: { 'temperature.videoTeacher.start': step / 1e4, 'loss.alignment': step } })); // prettier-ignore
    const names = namesOf(changes);
    for (let i = 1; i < names.length; i++) assert.ok(names[i].x - names[i - 1].x >= 239 / 24);
    for (const { text, y, yanchor } of names) {
      assert.ok(text.length <= 38, text);
      assert.deepEqual([y, yanchor], [1, 'top'], 'within the axes');
    }
  });

  it('are there for the next step, before it is taken', () => {
    assert.equal(namesOf([{ step: 241, values: { refinement: 'none' } }]).length, 1);
    assert.equal(
      namesOf([{ step: 242, values: { refinement: 'none' } }]).length,
      0,
      'one that is to be replayed',
    );
  });
});

describe('switches of the method', () => {
  const centring = { name: 'centring', on: { centreMomentum: 0.9 }, off: { centreMomentum: 1 } };

  it('take a part out of a run, put it back, and show what others changed', () => {
    const { run, observers } = fakeRun();
    const page = fakeFrontEnd();
    const panel = switchPanel(run, [centring], { host: page.host });
    assert.equal(page.state('centring').value, true);
    page.move('centring', { value: false });
    assert.equal(run.config.centreMomentum, 1);
    run.change({ centreMomentum: 0.9 });
    assert.equal(page.state('centring').value, true);
    run.change({ centreMomentum: 0.5 });
    assert.equal(page.state('centring').value, false, 'another value is not what the switch puts in');
    panel.close();
    assert.deepEqual([observers.size, page.models.size], [0, 0]);
  });
});
