import type { PreflightSite } from '../site/preflight-site.ts';

/** A source of numbers that are the same in every run: an integer from 0 on, below `below`. */
export type Pick = (below: number) => number;

/** Something in which sites differ though they are well. */
export interface Difference {
  /** For a person, with what was chosen. */
  readonly name: string;
  /** Makes the site so. @returns what makes it as it was */
  make(site: PreflightSite, pick: Pick): Promise<() => Promise<unknown>>;
}

/** An object as it is seeded. */
export interface Seeded {
  readonly metadata: { readonly name: string; readonly [member: string]: unknown };
  readonly [member: string]: unknown;
}
