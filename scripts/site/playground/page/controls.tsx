import { isOn, type Slider, sliders, switches } from '../training/settings';
import type { Run } from './run';

/** Sliders and switches of the run; each takes effect from the next step on. */
export function Controls({ run }: { readonly run: Run }) {
  return (
    <div class="controls">
      <fieldset>
        <legend>Switches</legend>
        {switches.map((each) => (
          <label class="switch">
            <input
              type="checkbox"
              checked={isOn(each, run.settings)}
              onChange={(event) => run.change(event.currentTarget.checked ? each.on : each.off)}
            />
            {each.label}
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>Settings</legend>
        {sliders.map((slider) => (
          <SettingSlider slider={slider} run={run} />
        ))}
      </fieldset>
    </div>
  );
}

function SettingSlider({ slider, run }: { readonly slider: Slider; readonly run: Run }) {
  const { key, label, from, to, step, isLog, also = [] } = slider;
  const value = Number(run.settings[key] ?? from);
  const place = isLog ? Math.log10(value) : value;
  const set = (moved: number) => {
    const next = Number((isLog ? 10 ** moved : moved).toPrecision(3));
    run.change(Object.fromEntries([key, ...also].map((each) => [each, next])));
  };
  return (
    <label class="slider">
      <span>
        {label} <output>{Number(value.toPrecision(4))}</output>
      </span>
      <input
        type="range"
        min={isLog ? Math.log10(from) : from}
        max={isLog ? Math.log10(to) : to}
        step={step}
        value={place}
        data-key={key}
        onInput={(event) => set(Number(event.currentTarget.value))}
      />
    </label>
  );
}
