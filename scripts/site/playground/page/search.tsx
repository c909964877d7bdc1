import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ClipMap, Facts, Stretch } from '../protocol';
import type { Clips } from './clips';
import type { Link } from './link';
import { Player } from './player';

interface SearchProps {
  readonly link: Link;
  readonly clips: Clips;
  readonly facts: Facts;
}

type Direction = 'sound' | 'video';

/** Sounds to videos and back, and a map of both. */
export function Search({ link, clips, facts }: SearchProps) {
  const [map, setMap] = useState<ClipMap | null>(null);
  const classes = useMemo(() => [...new Set(map?.labels)].sort(), [map]);
  const [isBusy, setBusy] = useState(false);
  const [asked, setAsked] = useState({ clip: 0, by: 'sound' as Direction });
  const compute = async () => {
    setBusy(true);
    try {
      const own = await clips.own(facts.seconds);
      setMap((await link.ask<'map'>((id) => ({ kind: 'map', id, clips: own }))).map);
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => void compute(), []);
  const found = useMemo(() => (map ? nearest(map, asked.clip, asked.by) : []), [map, asked]);
  return (
    <section aria-labelledby="search-title">
      <h2 id="search-title">Search one modality by the other</h2>
      <p>
        The {clips.count(facts)} clips by what the students’ heads answer, in the network as it is now.
        Distillation makes these answers comparable: a trained network finds videos of the class that is
        heard; an untrained one does not.
      </p>
      <div class="row">
        <button type="button" disabled={isBusy} onClick={() => void compute()}>
          {isBusy ? 'Computing …' : 'Compute again'}
        </button>
        <label>
          clip{' '}
          <select
            value={asked.clip}
            onChange={(event) => setAsked({ ...asked, clip: Number(event.currentTarget.value) })}
          >
            {map?.labels.map((label, i) => (
              <option value={i}>
                {i + 1} {label}
              </option>
            ))}
          </select>
        </label>
        <label>
          ask by its{' '}
          <select
            value={asked.by}
            onChange={(event) => setAsked({ ...asked, by: event.currentTarget.value as Direction })}
          >
            <option value="sound">sound, find videos</option>
            <option value="video">video, find sounds</option>
          </select>
        </label>
      </div>
      {map && (
        <div class="search">
          <div>
            <ClipPlayer clips={clips} seconds={facts.seconds} clip={asked.clip} />
            <p class="quiet">
              asked: clip {asked.clip + 1}, {map.labels[asked.clip]}
            </p>
            <ol class="found">
              {found.map(({ clip, similarity }) => (
                <li class={map.labels[clip] === map.labels[asked.clip] ? 'hit' : ''}>
                  <button type="button" class="plain" onClick={() => setAsked({ ...asked, clip })}>
                    clip {clip + 1}, {map.labels[clip]}
                  </button>{' '}
                  <span class="quiet">
                    {similarity.toFixed(2)}
                    {clip === asked.clip ? ' (its own)' : ''}
                  </span>
                </li>
              ))}
            </ol>
            <p class="quiet">
              {found.filter(({ clip }) => map.labels[clip] === map.labels[asked.clip]).length} of the{' '}
              {found.length} nearest are of the same class; {(found.length / classes.length).toFixed(1)} by
              chance.
            </p>
          </div>
          <MapFigure
            map={map}
            classes={classes}
            asked={asked}
            choose={(clip, by) => setAsked({ clip, by })}
          />
        </div>
      )}
    </section>
  );
}

function ClipPlayer({ clips, seconds, clip }: { clips: Clips; seconds: number; clip: number }) {
  const [stretch, setStretch] = useState<Stretch | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void clips.get(clip, seconds).then(({ stretch: found }) => isCurrent && setStretch(found));
    return () => {
      isCurrent = false;
    };
  }, [clip]);
  return stretch && <Player stretch={stretch} name={`clip ${clip + 1}`} onTime={() => undefined} />;
}

interface MapProps {
  readonly map: ClipMap;
  readonly classes: readonly string[];
  readonly asked: { readonly clip: number; readonly by: Direction };
  readonly choose: (clip: number, by: Direction) => void;
}

/** Videos are discs, sounds are squares; a line joins those of one clip. */
function MapFigure({ map, classes, asked, choose }: MapProps) {
  const [hovered, setHovered] = useState<string | null>(null);
  const places = useMemo(() => scaled(map.points), [map]);
  const clips = map.labels.length;
  const point = (i: number) => {
    const [x, y] = places[i];
    const clip = i % clips;
    const by: Direction = i < clips ? 'video' : 'sound';
    const text = `${by} of clip ${clip + 1}, ${map.labels[clip]}`;
    const props = {
      class: `mark c${classes.indexOf(map.labels[clip]) % 8} ${clip === asked.clip ? 'asked' : ''}`,
      onMouseEnter: () => setHovered(text),
      onMouseLeave: () => setHovered(null),
      onClick: () => choose(clip, by),
    };
    return i < clips ? (
      <circle cx={x} cy={y} r="1.7" {...props} />
    ) : (
      <rect x={x - 1.5} y={y - 1.5} width="3" height="3" {...props} />
    );
  };
  const [a, b] = [places[asked.clip], places[clips + asked.clip]];
  return (
    <figure class="map">
      <figcaption>A map of the clips (UMAP): discs are videos, squares are sounds</figcaption>
      <svg
        viewBox="0 0 100 80"
        role="img"
        aria-label={`Map of ${clips} videos and ${clips} sounds by their features`}
      >
        <line x1={a[0]} y1={a[1]} x2={b[0]} y2={b[1]} class="pair" />
        {places.map((_, i) => point(i))}
      </svg>
      <p class="quiet">{hovered ?? 'Point at a mark; click it to ask by it.'}</p>
      <ul class="legend">
        {classes.map((name, i) => (
          <li>
            <span class={`dot c${i % 8}`} /> {name}
          </li>
        ))}
      </ul>
    </figure>
  );
}

function nearest(
  { soundToVideo, labels }: ClipMap,
  clip: number,
  by: Direction,
): { readonly clip: number; readonly similarity: number }[] {
  const { length } = labels;
  return labels
    .map((_, other) => ({
      clip: other,
      similarity: by === 'sound' ? soundToVideo[clip * length + other] : soundToVideo[other * length + clip],
    }))
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, 5);
}

/** Points `[N, 2]` in a box of 100 x 80. */
function scaled(points: Float32Array): [x: number, y: number][] {
  const column = (offset: number) => points.filter((_, i) => i % 2 === offset);
  const fit = (values: Float32Array, from: number, to: number) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return Array.from(values, (value) => from + ((to - from) * (value - low)) / (high - low || 1));
  };
  const [x, y] = [fit(column(0), 4, 96), fit(column(1), 4, 76)];
  return x.map((value, i) => [value, y[i]]);
}
