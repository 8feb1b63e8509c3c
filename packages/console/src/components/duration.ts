import type { UsualTime } from '@sealift/core/upgrade';

/** A length of time as people say it: `45 s`, `3 min 05 s`, `2 h 07 min`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** How long something takes by this site's own history, to the minute above; the word *unknown* where nothing is known. */
export function usualText(time: UsualTime | null): string {
  if (time === null) return 'unknown';
  const minutes = (ms: number): string => `${Math.max(1, Math.ceil(ms / 60_000))} min`;
  const [usual, most] = [minutes(time.p50Ms), minutes(time.p90Ms)];
  return usual === most ? usual : `${usual}, nine times of ten at most ${most}`;
}
