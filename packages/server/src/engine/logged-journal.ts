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
  const way = 'direction' in entry.data && entry.data.direction === 'back' ? 'undoing: ' : '';
  switch (entry.phase) {
    case 'intent':
      return `${way}begins: ${entry.data.message}`;
    case 'evidence':
      return `${way}done: ${entry.data.message}`;
    case 'failure':
      return `${way}failed: ${entry.data.failure.message} (${entry.data.failure.code}). ${entry.data.failure.hint}`;
    case 'progress':
      return `${way}waits for: ${entry.data.wait.what}`;
    case 'state':
      return undefined;
  }
}
