import { render } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import 'uplot/dist/uPlot.min.css';
import { type Embedded, bytesOf } from '../embedded';
import { Clips } from './clips';
import { Link } from './link';
import { useRun } from './run';
import { Search } from './search';
import { See } from './see';
import './styles.css';
import { Train } from './train';

const parts = ['Train', 'See', 'Search'] as const;
type Part = (typeof parts)[number];

const text = document.getElementById('embedded')?.textContent;
const embedded = text ? (JSON.parse(text) as Embedded) : null;
const network = embedded
  ? { ...embedded, clips: undefined, weights: bytesOf(embedded.weights).buffer }
  : undefined;

function App() {
  const link = useMemo(() => new Link(), []);
  const clips = useMemo(() => new Clips(link, embedded?.clips ?? []), []);
  const run = useRun(link, network);
  const [part, setPart] = useState<Part>('Train');
  const [visited, setVisited] = useState<readonly Part[]>(['Train']);
  const go = (next: Part) => {
    setPart(next);
    setVisited([...new Set([...visited, next])]);
  };
  const turn = (event: KeyboardEvent) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (move === undefined) return;
    const next = parts[(parts.indexOf(part) + move + parts.length) % parts.length];
    go(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  const { facts } = run;
  const panel = (name: Part) => {
    if (!visited.includes(name)) return null;
    if (name === 'Train') return <Train run={run} />;
    if (!facts) return <p>Starting …</p>;
    return name === 'See' ? (
      <See link={link} clips={clips} facts={facts} step={facts.given ? 0 : run.log.probes.length} />
    ) : (
      <Search link={link} clips={clips} facts={facts} />
    );
  };
  return (
    <>
      <header>
        <p class="up">
          <a href="../index.html">XKD notebooks</a>
        </p>
        <h1>The playground</h1>
        <p class="lead">
          XKD learns here, in your browser, with the code that trains natively: a video network and a sound
          network teach each other. Nothing is sent anywhere.
        </p>
        <p class="quiet" data-backend={facts?.backend}>
          {facts
            ? `Preset ${facts.preset}: ${(facts.parameters / 1e3).toFixed(0)} thousand weights, on ${backendNames[facts.backend]}.`
            : 'Starting …'}
          {facts?.given &&
            ` See and Search show ${facts.given.name} (${facts.given.preset}${facts.given.step === null ? '' : `, ${facts.given.step} steps`}).`}
        </p>
        <div role="tablist" aria-label="Parts of the playground" onKeyDown={turn}>
          {parts.map((name) => (
            <button
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={part === name}
              aria-controls={`panel-${name}`}
              tabIndex={part === name ? 0 : -1}
              onClick={() => go(name)}
            >
              {name}
            </button>
          ))}
        </div>
      </header>
      <main>
        {parts.map((name) => (
          <div role="tabpanel" id={`panel-${name}`} aria-labelledby={`tab-${name}`} hidden={part !== name}>
            {panel(name)}
          </div>
        ))}
      </main>
    </>
  );
}

const backendNames = {
  wasm: 'WebAssembly',
  cpu: 'plain JavaScript, which is slow: this browser has no SIMD',
};

const place = document.getElementById('app')!;
place.replaceChildren();
render(<App />, place);
