import type { PlannedPath } from '@sealift/core/planner';
import type { UsualTime } from '@sealift/core/upgrade';

/** A way by its versions: `4.6.41 → 4.7.20 → 4.8.21`. */
export function wayOf({ hops }: PlannedPath): string {
  return [hops[0]?.from ?? '', ...hops.map(({ to }) => to)].join(' → ');
}

/** How long something takes here, or that nothing is known. */
export function timeText(time: UsualTime | null): string {
  if (time === null) return 'unknown';
  return `${minutes(time.p50Ms)}, nine times of ten at most ${minutes(time.p90Ms)}`;
}

function minutes(ms: number): string {
  const whole = Math.max(1, Math.round(ms / 60_000));
  return `${whole} minute${whole === 1 ? '' : 's'}`;
}

/** `once`, `3 times`. */
export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
