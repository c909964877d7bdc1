import assert from 'node:assert/strict';
import {
  OutputView,
  WidgetHost,
  button,
  checkbox,
  curvesFigure,
  dropdown,
  floatLogSlider,
  hBox,
  html,
  intSlider,
  progress,
} from 'xkd/internal';

type Message = Record<string, unknown>;

/** A host whose front end records what it receives, and can reply. */
function fakeHost() {
  const opened: Message[] = [];
  const sent: Message[] = [];
  const comms: { onMessage: ((data: unknown) => void) | null }[] = [];
  const open = (_target: string, { data }: { data: object }) => {
    opened.push((data as { state: Message }).state);
    const comm = {
      id: `w${comms.length}`,
      onMessage: null,
      onClose: null,
      send: (message: object) => void sent.push(message as Message),
      close: () => void sent.push({ closed: comm.id }),
    };
    comms.push(comm);
    return comm;
  };
  const host = new WidgetHost({ frontEnd: true, open, register: () => undefined });
  return { host, opened, sent, receive: (i: number, data: object) => comms[i].onMessage?.(data) };
}

describe('widgets', () => {
  it('tell the front end their classes and their state', () => {
    const { host, opened } = fakeHost();
    intSlider({ label: 'n', value: 3, min: 1, max: 9, step: 2, tooltip: 'how many', host });
    floatLogSlider({ value: 1e-3, min: 1e-5, max: 1, step: 0.1, host });
    checkbox({ label: 'log', value: true, host });
    dropdown({ value: 'b', choices: ['a', 'b'], host });
    progress(40, { host });
    html('<b>x</b>', { host });
    const brief = opened.map(({ _model_name, _view_name, value, min, max, index }) =>
      [_model_name, _view_name, value ?? index, min, max].join(' '),
    );
    assert.deepEqual(brief, [
      'IntSliderModel IntSliderView 3 1 9',
      'FloatLogSliderModel FloatLogSliderView 0.001 -5 0',
      'CheckboxModel CheckboxView true  ',
      'DropdownModel DropdownView 1  ',
      'IntProgressModel ProgressView 0 0 40',
      'HTMLModel HTMLView <b>x</b>  ',
    ]);
    assert.deepEqual([opened[0].tooltip, opened[0].continuous_update], ['how many', false]);
    assert.equal(opened[0]._model_module, '@jupyter-widgets/controls');
  });

  it('hear what the user does, and send only what is new', () => {
    const { host, sent, receive } = fakeHost();
    const moved: unknown[] = [];
    let clicks = 0;
    const slider = intSlider({ value: 3, min: 1, max: 9, step: 1, host }).onChange(({ value }) =>
      moved.push(value),
    );
    button({ label: 'go', onClick: () => clicks++, host });
    receive(0, { method: 'update', state: { value: 5 } });
    receive(1, { method: 'custom', content: { event: 'click' } });
    assert.deepEqual([moved, clicks, slider.get('value')], [[5], 1, 5]);
    slider.set({ value: 5 });
    assert.equal(sent.length, 0);
    slider.set({ value: 6, disabled: true });
    assert.deepEqual(sent, [{ method: 'update', state: { value: 6, disabled: true }, buffer_paths: [] }]);
    assert.deepEqual(moved, [5], 'what the program sets is not told as a change');
    receive(0, { method: 'request_state' });
    assert.equal((sent[1].state as Message).value, 6);
  });

  it('are held by boxes, which close them, and an output shows figures', () => {
    const { host, opened, sent } = fakeHost();
    const view = new OutputView({ host });
    const box = hBox([html('a', { host }), view.widget], { width: '50%' }, host);
    assert.deepEqual(
      [opened[3].children, opened[3].layout],
      [['IPY_MODEL_w1', 'IPY_MODEL_w0'], 'IPY_MODEL_w2'],
    );
    assert.equal(opened[2].width, '50%');
    view.show(curvesFigure({ curves: [{ name: 'a', y: [1] }], title: 'figure' }));
    const { outputs } = sent[0].state as { outputs: { output_type: string; data: object }[] };
    assert.deepEqual([outputs.length, outputs[0].output_type], [1, 'display_data']);
    assert.deepEqual(Object.keys(outputs[0].data), ['application/vnd.plotly.v1+json', 'text/plain']);
    view.clear();
    assert.deepEqual((sent[1].state as Message).outputs, []);
    box.close();
    const closed = sent.flatMap((message) => ('closed' in message ? [String(message.closed)] : []));
    assert.deepEqual(closed.sort(), ['w0', 'w1', 'w2', 'w3']);
  });
});
