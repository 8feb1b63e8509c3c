import type { Entry } from './tree.ts';

/** What the three texts have for one path, where both sides have something. */
export interface PresentTriple {
  readonly base: Entry | undefined;
  readonly current: Entry;
  readonly incoming: Entry;
  readonly lead?: string | undefined;
}
