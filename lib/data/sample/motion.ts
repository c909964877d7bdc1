import type { RandomStream } from '../../random';

/** Motion patterns: bouncing on the floor, between two walls, between floor and ceiling, between all four. */
export const motionPatterns = ['dribble', 'shuttle', 'piston', 'billiard'] as const;
export type MotionPattern = (typeof motionPatterns)[number];

/**
 * Motion along one axis of the room: 0 is contact with the left wall or ceiling, 1 with the right wall or
 * floor. Contact times begin before the clip and end after it.
 */
export type AxisMotion =
  /** Uniform motion from one side to the other. */
  | { readonly kind: 'rally'; readonly contacts: readonly number[]; readonly firstSide: 0 | 1 }
  /** Parabolas above the floor; `heights[k]` is the peak between contacts k and k + 1. */
  | { readonly kind: 'bounce'; readonly contacts: readonly number[]; readonly heights: readonly number[] }
  /** A gentle oscillation without contacts. */
  | {
      readonly kind: 'sway';
      readonly centre: number;
      readonly swing: number;
      readonly hz: number;
      readonly phase: number;
    };

export interface Motion {
  readonly pattern: MotionPattern;
  /** Mean time between impacts. */
  readonly tempoSeconds: number;
  readonly x: AxisMotion;
  readonly y: AxisMotion;
}

/** An impact: its time and its strength (at most 1). */
export interface Hit {
  readonly seconds: number;
  readonly strength: number;
}

/** Draws the motion of an object for `durationSeconds`, with an impact about every .25 to .42 s. */
export function drawMotion(random: RandomStream, durationSeconds: number): Motion {
  const pattern = random.pick(motionPatterns);
  const tempoSeconds = random.uniform(0.25, 0.42);
  const start = -random.uniform(0, tempoSeconds);
  const rally = (from: number, interval: number): AxisMotion => ({
    kind: 'rally',
    contacts: drawContacts(random, from, interval, durationSeconds),
    firstSide: random.bernoulli(0.5) ? 1 : 0,
  });
  switch (pattern) {
    case 'dribble':
      return {
        pattern,
        tempoSeconds,
        x: drawSway(random),
        y: drawBounce(random, start, tempoSeconds, durationSeconds),
      };
    case 'shuttle':
      return { pattern, tempoSeconds, x: rally(start, tempoSeconds), y: drawSway(random) };
    case 'piston':
      return { pattern, tempoSeconds, x: drawSway(random), y: rally(start, tempoSeconds) };
    case 'billiard': {
      const x = rally(start - tempoSeconds, 2 * tempoSeconds);
      const lag = tempoSeconds * random.uniform(0.7, 1.3);
      return { pattern, tempoSeconds, x, y: rally(start - tempoSeconds - lag, 2 * tempoSeconds) };
    }
  }
}

/** Position of the object along an axis, from 0 to 1. */
export function axisPosition(axis: AxisMotion, seconds: number): number {
  if (axis.kind === 'sway') {
    return axis.centre + axis.swing * Math.sin(2 * Math.PI * (axis.hz * seconds + axis.phase));
  }
  let k = 0;
  while (k < axis.contacts.length - 2 && axis.contacts[k + 1] <= seconds) k++;
  const along = (seconds - axis.contacts[k]) / (axis.contacts[k + 1] - axis.contacts[k]);
  if (axis.kind === 'bounce') return 1 - axis.heights[k] * 4 * along * (1 - along);
  return (k + axis.firstSide) % 2 === 0 ? along : 1 - along;
}

/** The impacts within a clip, in order. A fall from a greater height hits harder. */
export function motionHits(motion: Motion, durationSeconds: number): Hit[] {
  return [motion.x, motion.y]
    .flatMap((axis) => {
      if (axis.kind === 'sway') return [];
      const strength = (k: number): number =>
        axis.kind === 'bounce' ? Math.sqrt(axis.heights[Math.max(k - 1, 0)]) : 0.9;
      return axis.contacts.map((seconds, k) => ({ seconds, strength: strength(k) }));
    })
    .filter(({ seconds }) => isWithin(seconds, durationSeconds))
    .sort((a, b) => a.seconds - b.seconds);
}

/** True if an impact falls into a clip, with a moment left to perceive it. */
export function isWithin(seconds: number, durationSeconds: number): boolean {
  return seconds >= 0 && seconds < durationSeconds - 0.02;
}

function drawContacts(
  random: RandomStream,
  from: number,
  interval: number,
  durationSeconds: number,
): number[] {
  const contacts = [from];
  while (contacts[contacts.length - 1] <= durationSeconds) {
    contacts.push(contacts[contacts.length - 1] + interval * random.uniform(0.92, 1.08));
  }
  return contacts;
}

/**
 * Under gravity, the time of flight is proportional to the square root of the height, and each bounce loses a
 * little of both.
 */
function drawBounce(
  random: RandomStream,
  from: number,
  interval: number,
  durationSeconds: number,
): AxisMotion {
  const restitution = random.uniform(0.97, 1);
  const contacts = [from];
  const heights: number[] = [];
  let height = random.uniform(0.6, 1);
  for (let flight = interval; contacts[contacts.length - 1] <= durationSeconds; flight *= restitution) {
    contacts.push(contacts[contacts.length - 1] + flight);
    heights.push(height);
    height *= restitution ** 2;
  }
  return { kind: 'bounce', contacts, heights };
}

function drawSway(random: RandomStream): AxisMotion {
  const swing = random.uniform(0.1, 0.4);
  return {
    kind: 'sway',
    centre: random.uniform(swing + 0.05, 0.95 - swing),
    swing,
    hz: random.uniform(0.2, 0.7),
    phase: random.uniform(),
  };
}
