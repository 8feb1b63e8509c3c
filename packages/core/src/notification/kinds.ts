import { z } from 'zod';

/** What people and programs can be told of: how it is called, and when it is told. */
export const notificationKinds = {
  'upgrade.waiting-for-approval': { label: 'Upgrade waits for approval', about: 'a second person has to approve it' },
  'upgrade.started': { label: 'Upgrade started', about: 'the engine has taken it up' },
  'upgrade.paused': { label: 'Upgrade paused', about: 'it, or its rollback, stands until somebody resumes it' },
  'upgrade.needs-person': { label: 'Upgrade needs a person', about: 'it, or its rollback, cannot go on by itself' },
  'upgrade.rolling-back': { label: 'Upgrade rolls back', about: 'what it did is being taken back' },
  'upgrade.rolled-back': { label: 'Upgrade rolled back', about: 'it has ended: what it did was taken back' },
  'upgrade.succeeded': { label: 'Upgrade succeeded', about: 'it has ended: the new release is installed' },
  'upgrade.failed': { label: 'Upgrade failed', about: 'it has ended, and nothing was changed' },
  'upgrade.aborted': { label: 'Upgrade aborted', about: 'somebody has ended it' },
  'release.found': { label: 'Release found', about: 'a sync took releases into the catalogue that were not in it' },
  'backup.failed': { label: 'Backup failed', about: 'one that was begun was not made' },
  'gateways.halted': {
    label: 'Gateways halted',
    about: 'a gateway failed on a new version, so no other one is let go',
  },
  'certificate.ending': {
    label: 'Certificate ends',
    about: 'one ends within 30 days, within 7, within one, or has ended',
  },
} as const satisfies Readonly<Record<string, { readonly label: string; readonly about: string }>>;

export type NotificationKind = keyof typeof notificationKinds;
export const notificationKindSchema = z.enum(
  Object.keys(notificationKinds) as [NotificationKind, ...NotificationKind[]],
);

/** What a test is called; nobody subscribes to it. */
export const testKind = 'test';
export type ToldKind = NotificationKind | typeof testKind;
