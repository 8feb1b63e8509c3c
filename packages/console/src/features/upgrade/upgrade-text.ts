import type { UpgradeSummary } from '@sealift/core/api';

/** Whether it changes values alone, and stays at the release that runs. */
export function isForValues({ from, to }: Pick<UpgradeSummary, 'from' | 'to'>): boolean {
  return from === to;
}

/** What an upgrade is, in lists: `4.2.12 to 4.2.13`, or `New values for 4.2.12`. */
export function upgradeText(upgrade: Pick<UpgradeSummary, 'from' | 'to'>): string {
  return isForValues(upgrade) ? `New values for ${upgrade.to}` : `${upgrade.from} to ${upgrade.to}`;
}

/** The same as the beginning of a sentence. */
export function upgradeSentence(upgrade: Pick<UpgradeSummary, 'from' | 'to'>): string {
  return isForValues(upgrade) ? `New values for ${upgrade.to}, which stays.` : `From ${upgrade.from} to ${upgrade.to}.`;
}

/** The same as the title of its page. */
export function upgradeTitle(upgrade: Pick<UpgradeSummary, 'product' | 'from' | 'to'>): string {
  return isForValues(upgrade) ? `${upgrade.product}: new values` : `${upgrade.product} version update`;
}
