import { randomUUID } from 'node:crypto';
import { type Plan, upgradeFormat } from '@sealift/core/upgrade';
import type { InstalledProfile } from '../platform/installed.ts';
import type { Trx } from '../store/store.ts';
import type { UpgradeLayerRow } from '../store/tables/upgrades.ts';
import { planText } from './stored-plan.ts';

/** A layer of a draft that has no id yet. */
export type DraftLayer = Omit<UpgradeLayerRow, 'upgrade_id'>;

/** What a draft is stored as. */
interface NewDraft {
  readonly id?: string;
  readonly profile: InstalledProfile;
  readonly plan: Plan;
  /** Digest of the marker of the release that it goes to. */
  readonly release: string;
  readonly reversible: boolean;
  readonly layers: readonly DraftLayer[];
}

/** Puts a draft in the place of any other one: there is one at a time. @returns its id */
export async function storeDraft(
  trx: Trx,
  { id = randomUUID(), profile, plan, release, reversible, layers }: NewDraft,
): Promise<string> {
  await trx.deleteFrom('upgrade').where('state', '=', 'draft').execute();
  await trx
    .insertInto('upgrade')
    .values({
      id,
      product: profile.product,
      from_version: profile.version,
      to_version: plan.to,
      release_digest: release,
      profile_revision: profile.revision,
      state: 'draft',
      format: upgradeFormat,
      plan: planText(plan),
      reversible,
      created_at: new Date(),
    })
    .execute();
  await trx
    .insertInto('upgrade_layer')
    .values(layers.map((layer) => ({ ...layer, upgrade_id: id })))
    .execute();
  return id;
}
