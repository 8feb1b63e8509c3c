import type { UpgradeCourse } from '@sealift/core/api';
import { lifecycle } from '@sealift/core/upgrade';
import { useNow } from '../../../../components/use-now.ts';

/** What is older than this is no picture of now: it is asked for every two seconds. */
const staleMs = 6000;

/** The time of a course that is shown. */
export interface CourseTime {
  /** By the console's clock, ms since 1970; where the console is not heard any more, when it was heard last. */
  readonly now: number;
  /** For how long the console was not heard, where that is too long for what is shown to be true; else null. */
  readonly unheardMs: number | null;
}

/**
 * The time by the console's clock, which goes on between two answers, and stands still when there are no more: nothing is made up.
 *
 * @param heardAt when the course was answered, by the reader's clock, ms since 1970
 */
export function useCourseTime(course: UpgradeCourse, heardAt: number): CourseTime {
  return courseTime(course, heardAt, useNow());
}

/** @param localNow by the reader's clock, ms since 1970 */
export function courseTime({ at, state }: UpgradeCourse, heardAt: number, localNow: number): CourseTime {
  const heard = Date.parse(at);
  const ageMs = Math.max(0, localNow - heardAt);
  // What stands still is not asked for again and again.
  if (!lifecycle[state].locksConsole) return { now: heard, unheardMs: null };
  return ageMs > staleMs ? { now: heard, unheardMs: ageMs } : { now: heard + ageMs, unheardMs: null };
}
