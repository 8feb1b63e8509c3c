import type { RollbackReadiness } from '@sealift/core/upgrade';
import { plainLine } from '../../terminal/plain-line.ts';
import { rangeText } from './usual-time.ts';

/** Whether an upgrade can be taken back where it stands, in a line. */
export function readinessLine({ possible, shut, items }: RollbackReadiness): string {
  if (shut !== null) return plainLine(`can go back: no${sinceText(shut)}: ${shut.reason}`);
  const open = items.filter(({ does, done }) => does === 'undone' && !done).length;
  return possible ? `can go back: yes, ${open} ${open === 1 ? 'thing' : 'things'} to put back` : 'can go back: no';
}

/** The same with what is put back, what stays, and how long it takes here. */
export function rollbackLines(rollback: RollbackReadiness): string[] {
  const { shut, items, estimate } = rollback;
  return [
    readinessLine(rollback),
    ...(shut === null ? [] : [plainLine(`  fix: ${shut.remedy}`)]),
    ...items.map(({ does, text, done }) =>
      plainLine(`  ${does === 'stays' ? 'stays' : done ? 'is put back' : 'to put back'}: ${text}`),
    ),
    `  usual time: ${rangeText(estimate)}`,
  ];
}

function sinceText({ step }: NonNullable<RollbackReadiness['shut']>): string {
  return step === null ? '' : `, since “${step.title}” (${step.since})`;
}
