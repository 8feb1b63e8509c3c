import type { UpgradeSummary } from '@sealift/core/api';
import { isForValues } from '@sealift/core/upgrade';

type Shown = Pick<UpgradeSummary, 'from' | 'to'>;

/** What an upgrade is, as the beginning of a sentence. */
export function upgradeSentence(upgrade: Shown): string {
  return isForValues(upgrade) ? `New values for ${upgrade.to}, which stays.` : `From ${upgrade.from} to ${upgrade.to}.`;
}

/** The same as the title of its page. */
export function upgradeTitle(upgrade: Shown & Pick<UpgradeSummary, 'product'>): string {
  return isForValues(upgrade) ? `${upgrade.product}: new values` : `${upgrade.product} version update`;
}
