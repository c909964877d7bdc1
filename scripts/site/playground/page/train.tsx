import { useState } from 'preact/hooks';
import { Controls } from './controls';
import { Curves } from './curves';
import type { Run } from './run';
import { stories, type Story } from './stories';

/** The training: buttons, curves, what to look for. */
export function Train({ run }: { readonly run: Run }) {
  const [story, setStory] = useState<Story | null>(null);
  const tell = (chosen: Story) => {
    setStory(chosen);
    run.reset(run.seed, { ...chosen.settings });
    run.start();
  };
  const forget = () => {
    setStory(null);
    run.reset(run.seed, {});
  };
  return (
    <section aria-labelledby="train-title">
      <h2 id="train-title">Watch XKD learn</h2>
      <p>
        Two networks start from the same random weights and get the same batches: one trains with XKD, the
        other with masked reconstruction alone. Every 25 steps a probe asks how many of 160 unseen clips a
        logistic regression on the frozen video features names rightly.
      </p>
      <Buttons run={run} />
      <Status run={run} />
      <div class="charts">
        <Charts run={run} />
      </div>
      <h3>Stories of two minutes</h3>
      <div class="row stories">
        {stories.map((each) => (
          <button type="button" aria-pressed={story === each} onClick={() => tell(each)}>
            {each.title}
          </button>
        ))}
        {story && (
          <button type="button" class="plain" onClick={forget}>
            Back to the usual settings
          </button>
        )}
      </div>
      {story && (
        <div class="note">
          <p>
            <b>{story.title}: what to look for</b>
          </p>
          <ul>
            {story.watch.map((line) => (
              <li>{line}</li>
            ))}
          </ul>
        </div>
      )}
      <h3>Change it while it runs</h3>
      <Controls run={run} />
    </section>
  );
}

function Buttons({ run }: { readonly run: Run }) {
  const [seed, setSeed] = useState('0');
  return (
    <div class="row buttons">
      {run.isRunning ? (
        <button type="button" class="main" onClick={run.pause}>
          Pause
        </button>
      ) : (
        <button type="button" class="main" disabled={!run.facts || run.isFinished} onClick={run.start}>
          Train
        </button>
      )}
      <button type="button" disabled={!run.facts || run.isRunning || run.isFinished} onClick={run.step}>
        One step
      </button>
      <button type="button" disabled={!run.facts} onClick={() => run.reset(Number(seed) || 0)}>
        Reset
      </button>
      <label class="seed">
        seed{' '}
        <input
          type="number"
          min="0"
          step="1"
          value={seed}
          onInput={(event) => setSeed(event.currentTarget.value)}
        />
      </label>
    </div>
  );
}

function Status({ run }: { readonly run: Run }) {
  const { facts, log, perSecond, drawing, trouble, isFinished } = run;
  const step = log.steps.at(-1) ?? 0;
  const probe = log.probes.at(-1);
  const collapsed = probe?.collapsed ?? [];
  const speed = perSecond === null ? '' : `, ${perSecond.toFixed(1)} steps/s`;
  const line = !facts
    ? 'Starting …'
    : drawing
      ? `Drawing the clips: ${drawing.done} of ${drawing.total}`
      : `Step ${step} of ${facts.steps}${speed}${isFinished ? '. Finished.' : ''}`;
  return (
    <>
      <p class="status" role="status">
        {line}
      </p>
      {trouble && (
        <p class="alarm" role="alert">
          {trouble}
        </p>
      )}
      {collapsed.length > 0 && (
        <p class="alarm" role="alert">
          <b>Collapse.</b> The {collapsed.join(' and the ')} teacher gives every clip nearly the same answer:{' '}
          {collapsed.map((m) => `${(100 * probe!.information[m]).toFixed(1)} %`).join(', ')} of what it could
          tell. Its student can learn nothing from it about a clip.
        </p>
      )}
    </>
  );
}

function Charts({ run }: { readonly run: Run }) {
  const { log, version, facts } = run;
  const last = facts?.steps ?? 1;
  const of = (name: string) => log.losses[name] ?? [];
  const bound = Math.log(facts?.outputs ?? Math.E);
  const share = (name: string) => of(name).map((value) => value / bound);
  const probes = log.probes;
  const common = { version, last };
  return (
    <>
      <Curves
        {...common}
        title="Video probe: classes told rightly"
        steps={probes.map(({ step }) => step)}
        percent
        range={[0, 1]}
        curves={[
          { name: 'XKD', colour: '--good', values: probes.map(({ xkd }) => xkd) },
          {
            ...{ name: 'reconstruction alone', colour: '--quiet', dash: [6, 4] },
            values: probes.map(({ baseline }) => baseline),
          },
          {
            name: 'chance',
            colour: '--quiet',
            dash: [2, 4],
            values: probes.map(() => 1 / (facts?.classes.length ?? 8)),
          },
        ]}
      />
      <Curves
        {...common}
        title="Losses"
        steps={log.steps}
        curves={[
          { name: 'distillation [nats]', colour: '--teacher', values: of('distillation') },
          { name: 'alignment (MMD)', colour: '--good', dash: [6, 4], values: of('alignment') },
          { name: 'reconstruction', colour: '--video', values: of('reconstruction') },
          { name: 'reconstruction alone', colour: '--quiet', dash: [2, 4], values: log.baseline },
        ]}
      />
      <Curves
        {...common}
        title="Entropy of the teachers’ answers, of the most possible"
        steps={log.steps}
        percent
        range={[0, 1]}
        curves={[
          { name: 'video teacher', colour: '--video', values: share('videoTeacherEntropy') },
          { name: 'audio teacher', colour: '--audio', dash: [6, 4], values: share('audioTeacherEntropy') },
        ]}
      />
      <Curves
        {...common}
        title="What the teachers’ answers tell clips apart by"
        steps={probes.map(({ step }) => step)}
        percent
        range={[0, 1]}
        curves={[
          {
            name: 'video teacher',
            colour: '--video',
            values: probes.map(({ information }) => information.video),
          },
          {
            ...{ name: 'audio teacher', colour: '--audio', dash: [6, 4] },
            values: probes.map(({ information }) => information.audio),
          },
        ]}
      />
    </>
  );
}
