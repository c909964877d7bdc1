import { useEffect, useRef, useState } from 'preact/hooks';
import { shownPerSecond, type Stretch } from '../protocol';
import { drawFrame } from './pictures';

interface PlayerProps {
  readonly stretch: Stretch;
  readonly name: string;
  /** Told the share of the stretch that has been played, in [0, 1]. */
  readonly onTime: (share: number) => void;
}

const sampleRateHz = 16000;

/** Plays the frames and the sound that the network gets, over and over. */
export function Player({ stretch, name, onTime }: PlayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const count = stretch.frames.length / (stretch.height * stretch.width * 3);
  const seconds = count / shownPerSecond;

  useEffect(() => {
    drawFrame(canvas.current!, stretch, 0);
    onTime(0);
  }, [stretch]);

  useEffect(() => {
    if (!isPlaying) return undefined;
    const sound = new AudioContext({ sampleRate: sampleRateHz });
    const buffer = sound.createBuffer(1, stretch.waveform.length, sampleRateHz);
    buffer.copyToChannel(new Float32Array(stretch.waveform), 0);
    const source = new AudioBufferSourceNode(sound, { buffer, loop: true });
    source.connect(sound.destination);
    source.start();
    const begin = performance.now();
    let frame = requestAnimationFrame(function show() {
      const at = ((performance.now() - begin) / 1000) % seconds;
      drawFrame(canvas.current!, stretch, Math.min(count - 1, Math.floor(at * shownPerSecond)));
      onTime(at / seconds);
      frame = requestAnimationFrame(show);
    });
    return () => {
      cancelAnimationFrame(frame);
      void sound.close();
    };
  }, [isPlaying, stretch]);

  const play = (event: Event) => {
    const share = Number((event.target as HTMLInputElement).value) / 1000;
    setPlaying(false);
    drawFrame(canvas.current!, stretch, Math.min(count - 1, Math.floor(share * count)));
    onTime(share);
  };
  return (
    <div class="player">
      <canvas ref={canvas} role="img" aria-label={`A frame of ${name}`} />
      <div class="row">
        <button type="button" onClick={() => setPlaying(!isPlaying)}>
          {isPlaying ? 'Pause' : 'Play'}
        </button>
        <input type="range" min="0" max="999" defaultValue="0" aria-label="Time in the clip" onInput={play} />
      </div>
    </div>
  );
}
