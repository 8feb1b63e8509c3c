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
    'one answer counts for rows that are settled already',
    'features/upgrade/review/review-rows.ts',
    'rows.filter((one) => one.isOpen && one.key !== row.key',
    'rows.filter((one) => one.key !== row.key',
    'features/upgrade/review/review-rows.test.ts',
  ],
  [
    'the line below the changed one is marked',
    'features/upgrade/texts/changed-lines.ts',
    'at.after + index + 1)',
    'at.after + index + 2)',
    'features/upgrade/texts/changed-lines.test.ts',
  ],
  [
    'a line below an insertion is looked for above it',
    'features/upgrade/texts/changed-lines.ts',
    'shift = at.after + after.length - at.before - before.length;',
    'shift = at.before + before.length - at.after - after.length;',
    'features/upgrade/texts/changed-lines.test.ts',
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
    'disabledBecause={open ? reasons[0] : isOwn ? approval : undefined}',
    'disabledBecause={isOwn ? approval : undefined}',
    'features/upgrade/upgrade-preview.test.tsx',
  ],
]);
