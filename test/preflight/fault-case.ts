import type { Check } from '@sealift/core/check';
import type { PreflightSite } from './site/preflight-site.ts';

/** A fault of a site, what the preflight has to say of it, and what its printed remedy is when somebody carries it out. */
export interface FaultCase {
  /** The check that finds it. */
  readonly check: string;
  /** What is wrong, for a person. */
  readonly fault: string;
  /** The release that the site is to go to; else that of {@link usualTarget}. */
  readonly to?: string;
  seed(site: PreflightSite): Promise<unknown>;
  readonly expects: {
    readonly state: Exclude<Check['outcome'], 'pass'>;
    /** Words of the object, in the detail or an item. */
    readonly object: string;
    /** What was seen of it, likewise. */
    readonly evidence: string | RegExp;
    /** Words of the remedy, of the check or an item. */
    readonly remedy: string;
    /** Other checks that the same fault stops or is told by; each of them is well again too. */
    readonly also?: readonly string[];
  };
  /** Does what the remedy says. @param found with the remedy as it is printed: a command in it is run as it stands there */
  remedy(site: PreflightSite, found: Check): Promise<unknown>;
  /** What the person did of it: for the list. */
  readonly done: string;
  /** Checks that rightly go on saying more than `pass`, such as that of a change by hand that was confirmed. */
  readonly stays?: readonly string[];
  /** Takes away what is left over of the case, once all is well. */
  clean?(site: PreflightSite): Promise<unknown>;
}

/** The release to which most cases go: a later patch of Kubernetes, new machines, and each layer anew. */
export const usualTarget = '1.1.0';

/** All that a check says, for a person. */
export function told({ detail, items = [] }: Check): string {
  return [detail, ...items.map(({ place, text }) => `${place} ${text}`)].join('\n');
}

/** Every remedy that a check prints. */
export function remedies({ remedy, items = [] }: Check): string {
  return [remedy, ...items.map((item) => item.remedy)].filter((one) => one !== undefined).join('\n');
}
