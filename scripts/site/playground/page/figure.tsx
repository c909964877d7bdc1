import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface PictureProps {
  /** What a reader who cannot see it is told. */
  readonly label: string;
  readonly draw: (canvas: HTMLCanvasElement) => void;
  readonly class?: string;
  /** Share of the width at which a line shows the time that is playing, in [0, 1]. */
  readonly playhead?: number | null;
}

/** A picture of numbers, enlarged without smoothing. */
export function Picture({ label, draw, playhead = null, ...rest }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => draw(canvas.current!), [draw]);
  return (
    <span class={`picture ${rest.class ?? ''}`}>
      <canvas ref={canvas} role="img" aria-label={label} />
      {playhead !== null && <span class="playhead" style={{ left: `${100 * playhead}%` }} />}
    </span>
  );
}

/** A figure with its caption above. */
export function Figure({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <figure>
      <figcaption>{title}</figcaption>
      {children}
    </figure>
  );
}

/** A distribution over the outputs as bars. */
export function Bars({ values, label, colour }: { values: Float32Array; label: string; colour: string }) {
  const most = Math.max(...values, 1e-9);
  const width = 100 / values.length;
  return (
    <svg class="bars" viewBox="0 0 100 30" preserveAspectRatio="none" role="img" aria-label={label}>
      {Array.from(values, (value, i) => (
        <rect
          x={i * width}
          y={30 - (29 * value) / most}
          width={width * 0.85}
          height={(29 * value) / most}
          fill={colour}
        />
      ))}
    </svg>
  );
}
