import type { Check } from '@sealift/core/check';
import { block, pass, runCheck, warn } from '@sealift/upgrade/preflight/check';
import { lostContent } from '../../catalogue/completeness.ts';
import type { UpgradeRow } from '../../store/tables/upgrades.ts';
import { onFailureOf } from '../freeze.ts';
import type { UpgradeServices } from '../upgrade-services.ts';

/** Going back applies what the installed release pins; whoever has a failure do that by itself has to be able to. */
export function wayBack({ store, registry }: UpgradeServices, row: UpgradeRow): Promise<Check> {
  return runCheck('way-back', 'What a rollback needs is in the registry', async () => {
    const lost = await lostContent(store.db, registry.content);
    if (lost === undefined) return pass(`What ${row.from_version} pins is there, by digest`);
    const finding = onFailureOf(row) === 'roll-back' ? block : warn;
    return finding(`The upgrade could not be rolled back: ${lost.message}`, lost.hint);
  });
}
