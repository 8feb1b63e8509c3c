import { type Upgrade, upgradeListSchema, upgradeSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { isFinal, lifecycle, type UpgradeState } from '@sealift/core/upgrade';
import type { ApiClient } from './api-client.ts';

/** Whether nothing more happens to an upgrade unless a person does something. */
export function hasEnded({ state }: { readonly state: UpgradeState }): boolean {
  return isFinal(state) || lifecycle[state].needsPerson;
}

/**
 * The upgrade of that id; without one the upgrade under way, else the last that ended.
 *
 * @throws UPGRADE_NONE, PLATFORM_*
 */
export async function findUpgrade(api: ApiClient, id: string | undefined): Promise<Upgrade> {
  if (id !== undefined) return await api.get(upgradeUrl(id), upgradeSchema);
  const { upgrades } = await api.get('/api/v1/upgrades', upgradeListSchema);
  // One that needs a person is the one that is meant.
  const open = upgrades.find(({ state }) => !isFinal(state));
  const last = upgrades.toSorted((a, b) => ((a.finishedAt ?? '') < (b.finishedAt ?? '') ? 1 : -1))[0];
  const found = open ?? last;
  if (found === undefined) throw new SealiftError('UPGRADE_NONE', { values: { which: 'here' } });
  return await api.get(upgradeUrl(found.id), upgradeSchema);
}

/** Path of an upgrade in the API. */
export function upgradeUrl(id: string, ...rest: readonly string[]): string {
  return ['/api/v1/upgrades', ...[id, ...rest].map((part) => encodeURIComponent(part))].join('/');
}
