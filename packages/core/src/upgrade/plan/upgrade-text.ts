/** The versions that an upgrade is between. */
interface Between {
  readonly from: string;
  readonly to: string;
}

/** Whether an upgrade changes values alone, and stays at the release that runs. */
export function isForValues({ from, to }: Between): boolean {
  return from === to;
}

/** What an upgrade is, within a sentence: `4.2.12 to 4.2.13`, or `new values for 4.2.12`. */
export function upgradeText(upgrade: Between): string {
  return isForValues(upgrade) ? `new values for ${upgrade.to}` : `${upgrade.from} to ${upgrade.to}`;
}
