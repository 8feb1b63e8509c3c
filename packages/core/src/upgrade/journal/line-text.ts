import { lifecycle } from '../lifecycle/lifecycle.ts';
import type { JournalLine } from './journal.ts';

/** What a line of the journal says, in words. */
export function lineText(line: JournalLine): string {
  const way = 'direction' in line.data && line.data.direction === 'back' ? 'undoing: ' : '';
  switch (line.phase) {
    case 'intent':
      return `${way}begins: ${line.data.message}`;
    case 'evidence':
      return `${way}done: ${line.data.message}`;
    case 'failure':
      return `${way}failed: ${line.data.failure.message} (${line.data.failure.code}). ${line.data.failure.hint}`;
    case 'progress':
      return `${way}waits for: ${line.data.wait.what}`;
    case 'state': {
      const { state, by, reason } = line.data;
      const who = by === undefined ? '' : `, by ${by}`;
      return `the upgrade is now: ${lifecycle[state].label}${who}${reason === undefined ? '' : `, because: ${reason}`}`;
    }
  }
}
