import { releases } from '../site/offered.ts';
import type { PreflightSite } from '../site/preflight-site.ts';
import { type Choice, valuesOf } from '../site/releases.ts';

/** Gives a value of the workloads in the text of the layer, as a person edits it. */
export function edit(name: Choice, value: string) {
  return async (site: PreflightSite): Promise<void> => {
    await site.draft(releases.valued);
    await site.paste(valuesOf(releases.valued, { [name]: value }, 9000));
  };
}

/** Goes back to what was merged. */
export const merged = (site: PreflightSite): Promise<void> => site.dropPasted();
