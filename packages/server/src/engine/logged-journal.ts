import { lineText } from '@sealift/core/upgrade';
import type { JournalPort, NewEntry } from '@sealift/upgrade/ports/journal';

/** Where the log of the console gets a line: what happened, and what it is about. */
export type UpgradeLog = (about: Readonly<Record<string, string>>, message: string) => void;

/**
 * A journal that is told to the log of the console too, so that whoever only has that (`journalctl`, `kubectl logs`) sees what an
 * upgrade does and what it waits for. A line is logged once it is written; a wait, when it becomes another one.
 */
export function loggedJournal(inner: JournalPort, log: UpgradeLog): JournalPort {
  const waits = new Map<string, string>();
  return {
    ...inner,
    async append(entry) {
      await inner.append(entry);
      const message = messageOf(entry);
      const about = { upgrade: entry.upgradeId, step: entry.stepId };
      if (entry.phase !== 'progress') waits.delete(entry.upgradeId);
      else if (message === waits.get(entry.upgradeId)) return;
      else if (message !== undefined) waits.set(entry.upgradeId, message);
      if (message !== undefined) log(about, message);
    },
    async apply(upgradeId, event, epoch, details) {
      const state = await inner.apply(upgradeId, event, epoch, details);
      log({ upgrade: upgradeId }, `the upgrade is now in the state ${state}`);
      return state;
    },
  };
}

function messageOf(entry: NewEntry): string | undefined {
  return entry.phase === 'state' ? undefined : lineText(entry);
}
