import { mutantsOf } from './mutant.ts';

export const consoleMutants = mutantsOf('console', [
  [
    'the line below the cursor shows its secret',
    'components/hide-secrets.ts',
    'line.number !== shown &&',
    'line.number !== shown + 1 &&',
    'components/hide-secrets.test.ts',
  ],
  [
    'the last character of a secret is seen',
    'components/hide-secrets.ts',
    'Math.min(secret.end, line.to)',
    'Math.min(secret.end - 1, line.to)',
    'components/hide-secrets.test.ts',
  ],
  [
    'the page of an upgrade is not read again when the upgrade changes',
    'api/events.ts',
    "[['upgrade', event.data.subject], upgradesKey]",
    '[upgradesKey]',
    'api/events.test.ts',
  ],
  [
    'a sync has the upgrades read again',
    'api/events.ts',
    'return [registriesKey];',
    'return [upgradesKey];',
    'api/events.test.ts',
  ],
  [
    'opening one conflict again forgets the answers to all others',
    'features/upgrade/merge/resolutions.ts',
    'filter((resolution) => !samePath',
    'filter((resolution) => samePath',
    'features/upgrade/merge/resolutions.test.ts',
  ],
  [
    'the line below the changed one is marked',
    'features/upgrade/merge/changed-lines.ts',
    'numbers.push(number - 1)',
    'numbers.push(number)',
    'features/upgrade/merge/changed-lines.test.ts',
  ],
  [
    'a line below an insertion is looked for above it',
    'features/upgrade/merge/changed-lines.ts',
    'shift = chunk.toB - chunk.toA;',
    'shift = chunk.toA - chunk.toB;',
    'features/upgrade/merge/changed-lines.test.ts',
  ],
  [
    'an upgrade is aborted without a reason',
    'components/reason-dialog.tsx',
    "isDisabled={reason.trim() === '' || isPending}",
    'isDisabled={isPending}',
    'features/upgrade/run/upgrade-run.test.tsx',
  ],
  [
    'Confirm can be pressed while a conflict is open',
    'features/upgrade/confirm/confirm-bar.tsx',
    'disabledBecause={open ? reasons[0] : undefined}',
    'disabledBecause={asking ? reasons[0] : undefined}',
    'features/upgrade/upgrade-preview.test.tsx',
  ],
]);
