import type { UsualTime } from '@sealift/core/upgrade';
import { clock } from '../../terminal/remaining-time.ts';

/** Two quantiles of this site's history, or the word that nothing is known. */
export function rangeText(time: UsualTime | null): string {
  if (time === null) return 'unknown';
  return `${timeText(time.p50Ms)}, nine times of ten at most ${timeText(time.p90Ms)}`;
}

/** `12:30`. */
export function timeText(ms: number): string {
  return clock(Math.round(Math.max(0, ms) / 1000));
}
