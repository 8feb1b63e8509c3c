import { Label } from '@patternfly/react-core';
import type { RollbackClass } from '@sealift/core/upgrade';

const rollbacks: Readonly<Record<RollbackClass, { word: string; color: 'green' | 'yellow' | 'red'; meaning: string }>> =
  {
    reversible: { word: 'Reversible', color: 'green', meaning: 'undone in place' },
    restorable: { word: 'Restorable', color: 'yellow', meaning: 'stays; how it was is in the backup' },
    'one-way': { word: 'One-way', color: 'red', meaning: 'can’t be taken back' },
  };

/** How a step can be taken back, in a word and what it means. */
export function RollbackLabel({ rollback }: { rollback: RollbackClass }) {
  const { word, color, meaning } = rollbacks[rollback];
  return (
    <>
      <Label isCompact color={color}>
        {word}
      </Label>{' '}
      <span className="quiet">{meaning}</span>
    </>
  );
}
