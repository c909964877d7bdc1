import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Facts, Look, Ratios, Stretch } from '../protocol';
import type { Clips } from './clips';
import { Bars, Figure, Picture } from './figure';
import type { Link } from './link';
import { decodeStretch, MediaError, recordCamera } from './media';
import { drawFrames, drawSpectrogram, drawWeights } from './pictures';
import { Player } from './player';

interface SeeProps {
  readonly link: Link;
  readonly clips: Clips;
  readonly facts: Facts;
  /** Grows as the network learns. */
  readonly step: number;
}

interface Shown {
  readonly name: string;
  readonly stretch: Stretch;
}

/** What the network makes of one clip. */
export function See({ link, clips, facts, step }: SeeProps) {
  const [index, setIndex] = useState(0);
  const [shown, setShown] = useState<Shown | null>(null);
  const [ratios, setRatios] = useState<Ratios>(facts.ratios);
  const [look, setLook] = useState<Look | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [time, setTime] = useState(0);

  const choose = async (next: number) => {
    setIndex(next);
    setTrouble(null);
    const { stretch, label } = await clips.get(next, facts.seconds);
    setShown({ name: `clip ${next + 1}, ${label}`, stretch });
  };
  const open = async (file: Blob, name: string) => {
    setTrouble(null);
    try {
      setShown({ name, stretch: await decodeStretch(file, name, facts.seconds) });
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      setTrouble(error.message);
    }
  };
  useEffect(() => void choose(0), []);
  useLatest(
    async (isCurrent) => {
      if (!shown) return;
      const answer = await link.ask<'look'>((id) => ({ kind: 'look', id, stretch: shown.stretch, ratios }));
      if (isCurrent()) setLook(answer.look);
    },
    [shown, ratios, step],
  );

  return (
    <section aria-labelledby="see-title">
      <h2 id="see-title">See what it makes of a clip</h2>
      <div class="row">
        <label>
          clip{' '}
          <select value={index} onChange={(event) => void choose(Number(event.currentTarget.value))}>
            {Array.from({ length: clips.count(facts) }, (_, i) => (
              <option value={i}>{i + 1}</option>
            ))}
          </select>
        </label>
        <OwnVideo open={open} onTrouble={setTrouble} />
      </div>
      {trouble && (
        <p class="alarm" role="alert">
          {trouble}
        </p>
      )}
      {shown && (
        <div class="see">
          <div>
            <Player stretch={shown.stretch} name={shown.name} onTime={setTime} />
            <p class="quiet" role="status">
              {shown.name}
              {look && `. Network after ${look.step} steps; ${Math.round(look.milliseconds)} ms.`}
            </p>
          </div>
          {look && <Figures look={look} ratios={ratios} setRatios={setRatios} time={time} />}
        </div>
      )}
    </section>
  );
}

interface FiguresProps {
  readonly look: Look;
  readonly ratios: Ratios;
  readonly setRatios: (ratios: Ratios) => void;
  readonly time: number;
}

function Figures({ look, ratios, setRatios, time }: FiguresProps) {
  const { video, audio } = look;
  const frames = (values: Float32Array, removed?: Float32Array) =>
    useCallback((canvas: HTMLCanvasElement) => drawFrames(canvas, look, values, removed), [look]);
  const sound = (values: Float32Array, removed?: Float32Array) =>
    useCallback((canvas: HTMLCanvasElement) => drawSpectrogram(canvas, look, values, removed), [look]);
  const weights = (modality: 'video' | 'audio', values: Float32Array) =>
    useCallback((canvas: HTMLCanvasElement) => drawWeights(canvas, look, modality, values), [look]);
  const attended = (title: string, when: 'before' | 'after', [ofFrames, ofSound]: readonly string[]) => (
    <Figure title={title}>
      <Picture class="wide" label={ofFrames} draw={weights('video', video[when])} playhead={time} />
      <Picture label={ofSound} draw={weights('audio', audio[when])} playhead={time} />
    </Figure>
  );
  const bound = Math.log(video.distribution.length);
  const ratio = (modality: 'video' | 'audio', label: string) => (
    <label class="slider">
      <span>
        {label} <output>{Math.round(100 * ratios[modality])} %</output>
      </span>
      <input
        type="range"
        min="0.1"
        max="0.95"
        step="0.05"
        value={ratios[modality]}
        data-key={`ratio.${modality}`}
        onInput={(event) => setRatios({ ...ratios, [modality]: Number(event.currentTarget.value) })}
      />
    </label>
  );
  return (
    <div class="figures">
      <Figure title="Frames and sound as the network gets them">
        <Picture
          class="wide"
          label={`${look.frames} frames of ${look.side} pixels`}
          draw={frames(video.view)}
          playhead={time}
        />
        <Picture
          label={`Log-mel spectrogram, ${look.bands} bands`}
          draw={sound(audio.view)}
          playhead={time}
        />
      </Figure>
      <Figure title="What is left of them under the mask">
        {ratio('video', 'share of the video removed')}
        {ratio('audio', 'share of the sound removed')}
        <Picture
          class="wide"
          label="Frames, with the removed patches grey"
          draw={frames(video.view, video.removed)}
        />
        <Picture label="Spectrogram, with the removed patches grey" draw={sound(audio.view, audio.removed)} />
      </Figure>
      <Figure title="How the network completes them">
        <Picture
          class="wide"
          label={`Frames, gaps filled; loss ${video.loss.toFixed(2)}`}
          draw={frames(video.drawn)}
        />
        <Picture
          label={`Spectrogram, gaps filled; loss ${audio.loss.toFixed(2)}`}
          draw={sound(audio.drawn)}
        />
        <p class="quiet">
          Loss over the gaps: video {video.loss.toFixed(2)}, sound {audio.loss.toFixed(2)}; 1 is a grey patch.
        </p>
      </Figure>
      {attended('Where the teachers attend', 'before', [
        'Attention of the video teacher over the frames',
        'Attention of the audio teacher over the spectrogram',
      ])}
      {attended('The same after refinement by the other modality', 'after', [
        'Weights of the frames after refinement',
        'Weights of the spectrogram after refinement',
      ])}
      <Figure title="The teachers’ answers">
        {(['video', 'audio'] as const).map((modality) => {
          const { distribution, entropy } = look[modality];
          const words = `${modality} teacher: entropy ${entropy.toFixed(2)} of ${bound.toFixed(2)} nats`;
          return (
            <>
              <Bars
                values={distribution}
                label={`Distribution of the ${words}`}
                colour={`var(--${modality})`}
              />
              <p class="quiet">{words}</p>
            </>
          );
        })}
      </Figure>
    </div>
  );
}

interface OwnVideoProps {
  readonly open: (file: Blob, name: string) => Promise<void>;
  readonly onTrouble: (message: string) => void;
}

/** A video of the reader's own: chosen, dropped anywhere on the page, or from the camera. */
function OwnVideo({ open, onTrouble }: OwnVideoProps) {
  const [isRecording, setRecording] = useState(false);
  useEffect(() => {
    const allow = (event: DragEvent) => event.preventDefault();
    const drop = (event: DragEvent) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file) void open(file, file.name);
    };
    addEventListener('dragover', allow);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', allow);
      removeEventListener('drop', drop);
    };
  }, []);
  const record = async () => {
    setRecording(true);
    try {
      await open(await recordCamera(4, () => undefined), 'your recording');
    } catch (error) {
      onTrouble(error instanceof Error ? error.message : String(error));
    } finally {
      setRecording(false);
    }
  };
  return (
    <>
      <label class="file">
        or a video of your own (or drop one){' '}
        <input
          type="file"
          accept="video/*"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void open(file, file.name);
          }}
        />
      </label>
      <button type="button" disabled={isRecording} onClick={() => void record()}>
        {isRecording ? 'Recording 4 s …' : 'Camera and microphone, 4 s'}
      </button>
    </>
  );
}

/** Runs work when inputs change; while it runs, only the newest change waits. */
function useLatest(work: (isCurrent: () => boolean) => Promise<void>, inputs: readonly unknown[]): void {
  const state = useRef<{ busy: boolean; again: (() => Promise<void>) | null }>({ busy: false, again: null });
  useEffect(() => {
    let isCurrent = true;
    const run = async () => {
      const { current } = state;
      if (current.busy) {
        current.again = run;
        return;
      }
      current.busy = true;
      try {
        await work(() => isCurrent || current.again === null);
      } catch {
        // The training's status says what went wrong.
      } finally {
        current.busy = false;
        const { again } = current;
        current.again = null;
        void again?.();
      }
    };
    void run();
    return () => {
      isCurrent = false;
    };
  }, [...inputs]);
}
