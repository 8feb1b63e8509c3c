import type { UpgradeSummary } from '@sealift/core/api';
import { isFinal, lifecycle } from '@sealift/core/upgrade';

/** How far a platform is on its way to a release. */
export type Stand =
  /** It runs it, and nothing is under way. */
  | { readonly stand: 'there' }
  /** Its upgrade was confirmed and has not ended. */
  | { readonly stand: 'under-way'; readonly id: string }
  /** An upgrade to it waits for Confirm. */
  | { readonly stand: 'draft'; readonly id: string }
  /** Nothing was begun, or what is under way leads to another release: the console says so when one is started. */
  | { readonly stand: 'not-begun' };

/** How far a platform is on its way to a release, by what it runs and by its upgrades. */
export function whereItStands(
  version: string,
  installed: string | null,
  upgrades: readonly Pick<UpgradeSummary, 'id' | 'to' | 'state'>[],
): Stand {
  const open = upgrades.find(({ state }) => !isFinal(state));
  if (open === undefined) return { stand: installed === version ? 'there' : 'not-begun' };
  if (open.to !== version) return { stand: 'not-begun' };
  return { stand: lifecycle[open.state].editable ? 'draft' : 'under-way', id: open.id };
}
