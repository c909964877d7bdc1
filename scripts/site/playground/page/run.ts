import { useEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { GivenNetwork } from '../computing/givenNetwork';
import type { Answer, Facts, Probed, Stepped } from '../protocol';
import type { Settings } from '../training/trainer';
import type { Link } from './link';

/** The run as the page has seen it so far. */
export interface RunLog {
  readonly steps: number[];
  /** By the names of the losses. */
  readonly losses: Record<string, number[]>;
  readonly baseline: number[];
  readonly probes: Probed[];
}

export interface Run {
  readonly facts: Facts | null;
  readonly settings: Settings;
  readonly seed: number;
  readonly isRunning: boolean;
  readonly isFinished: boolean;
  readonly log: RunLog;
  /** Grows whenever the log does. */
  readonly version: number;
  readonly perSecond: number | null;
  readonly drawing: { readonly done: number; readonly total: number } | null;
  readonly trouble: string | null;
  start(): void;
  pause(): void;
  step(): void;
  change(settings: Settings): void;
  reset(seed: number, settings?: Settings): void;
}

/** Follows the training in the worker. */
export function useRun(link: Link, network?: GivenNetwork): Run {
  const [facts, setFacts] = useState<Facts | null>(null);
  const [settings, setSettings] = useState<Settings>({});
  const [seed, setSeed] = useState(0);
  const [isRunning, setRunning] = useState(false);
  const [isFinished, setFinished] = useState(false);
  const [drawing, setDrawing] = useState<Run['drawing']>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [version, grow] = useReducer((n: number) => n + 1, 0);
  const log = useRef<RunLog>(emptyLog());
  const times = useRef<number[]>([]);

  useEffect(() => {
    const hear = (answer: Answer): void => {
      switch (answer.kind) {
        case 'ready':
          setFacts(answer);
          setSettings(answer.settings);
          break;
        case 'drawing':
          setDrawing(answer.done < answer.total ? answer : null);
          break;
        case 'stepped':
          addStep(log.current, answer);
          times.current = [...times.current.slice(-9), performance.now()];
          break;
        case 'probed':
          log.current.probes.push(answer);
          break;
        case 'paused':
          setRunning(false);
          setFinished(answer.finished);
          times.current = [];
          break;
        case 'failed':
          setRunning(false);
          setTrouble(answer.message);
          break;
      }
      if (answer.kind !== 'drawing') grow(0);
    };
    const stop = link.listen(hear);
    link.send({ kind: 'start', network });
    return stop;
  }, []);

  const { current: t } = times;
  const perSecond = t.length > 2 ? (1000 * (t.length - 1)) / (t[t.length - 1] - t[0]) : null;
  return {
    ...{
      facts,
      settings,
      seed,
      isRunning,
      isFinished,
      log: log.current,
      version,
      perSecond,
      drawing,
      trouble,
    },
    start() {
      setRunning(true);
      setTrouble(null);
      link.send({ kind: 'run', running: true });
    },
    pause() {
      link.send({ kind: 'run', running: false });
    },
    step() {
      link.send({ kind: 'step' });
    },
    change(changed) {
      setSettings({ ...settings, ...changed });
      link.send({ kind: 'settings', settings: changed });
    },
    reset(nextSeed, given = settings) {
      log.current = emptyLog();
      times.current = [];
      setSeed(nextSeed);
      setRunning(false);
      setFinished(false);
      setTrouble(null);
      link.send({ kind: 'reset', seed: nextSeed, settings: given });
    },
  };
}

function emptyLog(): RunLog {
  return { steps: [], losses: {}, baseline: [], probes: [] };
}

function addStep(log: RunLog, { step, losses, baseline }: Stepped): void {
  log.steps.push(step);
  log.baseline.push(baseline);
  for (const [name, value] of Object.entries(losses)) (log.losses[name] ??= []).push(value);
}
