import type { UpgradeCourse } from '@sealift/core/api';
import { isFinal, lifecycle, type TreeStep } from '@sealift/core/upgrade';

/** A step on the axis; from and to in percent of its length. */
export interface AxisSegment {
  readonly key: string;
  readonly title: string;
  readonly kind: 'done' | 'running' | 'failed' | 'ahead' | 'unknown';
  readonly from: number;
  readonly to: number;
}

/** An upgrade along its time; places in percent of the axis. */
export interface TimeAxis {
  readonly segments: readonly AxisSegment[];
  readonly startedAt: number;
  /** Where the present is; null once it has ended. */
  readonly now: number | null;
  /** Where the way back ends; null where it never does, or where that was never reached and the upgrade has ended. */
  readonly noReturn: number | null;
  /** When it will have ended by this site's history, or when it did, ms since 1970; null where that is unknown. */
  readonly end: number | null;
}

/** What is over has so much of the axis where nobody knows how long the rest takes. */
const overShare = 60;

/**
 * Lays an upgrade out along its time: what is over to scale; what lies ahead to the same scale where this site's history tells how long it takes,
 * and else in equal parts that say nothing of time.
 *
 * @param now by the console's clock, ms since 1970
 */
export function timeAxis(course: UpgradeCourse, now: number): TimeAxis | null {
  const { tree, state } = course;
  const steps = tree?.hops.flatMap((hop) => hop.steps) ?? [];
  const startedAt = Date.parse(course.startedAt ?? steps.find((step) => step.startedAt !== null)?.startedAt ?? '');
  if (tree === null || Number.isNaN(startedAt)) return null;
  const isOver = isFinal(state);
  const present = isOver && course.finishedAt !== null ? Date.parse(course.finishedAt) : now;
  const overMs = Math.max(1, present - startedAt);
  // What is taken back is not gone on with.
  const open = isOver || lifecycle[state].goesBack ? [] : steps.filter((step) => step.state !== 'done');
  const leftMs = tree.timeLeft?.p50Ms ?? null;
  const share = open.length === 0 ? 100 : leftMs === null ? overShare : (100 * overMs) / (overMs + leftMs);
  const placeOf = (at: number): number => clamp(((at - startedAt) / overMs) * share, share);
  const past = steps.flatMap((step): AxisSegment[] => {
    if (step.startedAt === null || step.state === 'waiting') return [];
    const from = placeOf(Date.parse(step.startedAt));
    const to = placeOf(step.finishedAt === null ? present : Date.parse(step.finishedAt));
    return [{ key: step.id, title: step.title, kind: step.state, from, to }];
  });
  const segments = [...past, ...aheadOf(open, { share, leftMs, present })];
  const line = segments.find(({ key }) => key === tree.pointOfNoReturn || key === `ahead ${tree.pointOfNoReturn}`);
  return {
    segments,
    startedAt,
    now: isOver ? null : share,
    noReturn: line?.from ?? null,
    end: isOver ? present : leftMs === null || open.length === 0 ? null : present + leftMs,
  };
}

interface Ahead {
  readonly share: number;
  readonly leftMs: number | null;
  readonly present: number;
}

function aheadOf(open: readonly TreeStep[], { share, leftMs, present }: Ahead): AxisSegment[] {
  const parts = open.map((step) => ({ step, part: leftMs === null ? 1 : restMs(step, present) }));
  const whole = parts.reduce((sum, { part }) => sum + part, 0);
  let at = share;
  return parts.flatMap(({ step: { id, title }, part }): AxisSegment[] => {
    const from = at;
    at += whole === 0 ? 0 : (part / whole) * (100 - share);
    return [{ key: `ahead ${id}`, title, kind: leftMs === null ? 'unknown' : 'ahead', from, to: at }];
  });
}

function restMs({ usual, startedAt, state }: TreeStep, present: number): number {
  const spent = startedAt === null || state === 'waiting' ? 0 : present - Date.parse(startedAt);
  return Math.max(0, (usual?.p50Ms ?? 0) - Math.max(0, spent));
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
