import { defineErrors } from '../definition.ts';

/** Backups of a console and its platform, and restoring from them. */
export const backupErrors = defineErrors({
  BACKUP_DAMAGED: {
    message: 'the backup {reference} is damaged: {reason}',
    hint: 'Take another one: `sealift backup list` names them. Then check the disk or store that held this one, and make a new backup.',
    status: 500,
    exit: 2,
    next: 'needs-a-person',
  },
  BACKUP_NOT_PROVEN: {
    message: 'the backup {reference} was restored on trial and differs from what was backed up: {reason}',
    hint: 'It does not count as a backup. Make another one; where that fails too, keep the message: the store may be damaged.',
    status: 500,
    exit: 2,
    next: 'needs-a-person',
  },
  BACKUP_KEY_OTHER: {
    message: 'the backup {reference} is sealed with the key {sealedWith}, and {path} holds the key {keyId}',
    hint: 'Give the key file of the console that made it as --secret-key-file: `secret-key` in its data folder, or what its own --secret-key-file named.',
    status: 409,
    exit: 2,
    next: 'needs-a-person',
  },
  BACKUP_TABLES_OTHER: {
    message: 'the backup {reference} is of the tables {found}, and this version of Sealift has {expected}',
    hint: 'Restore it with the version of Sealift that made it; a newer one brings the tables up to date when it starts.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  BACKUP_RUNNING: {
    message: 'a backup is being made or verified already, since {since}',
    hint: 'Wait for it: `sealift backup list` tells how far it is.',
    status: 409,
    exit: 3,
    next: 'wait',
  },
  BACKUP_FAILED: {
    message: 'the backup was not made: {reason}',
    hint: 'Do what the message names, then make it again; the console log has the details.',
    status: 500,
    exit: 1,
    next: 'needs-a-person',
  },
  BACKUP_NEEDED: {
    message: 'the backup {reference} is not removed: {reason}',
    hint: 'Let the upgrade end first, or make a newer backup.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  BACKUP_TOO_LARGE: {
    message: 'the site has {count} objects that a backup would keep, more than {limit}',
    hint: 'Look which namespace of a layer or of Cluster API holds so many Secrets and ConfigMaps, and remove what nobody needs.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  CONSOLE_NOT_EMPTY: {
    message: 'the console is not empty: {found}',
    hint: 'Restore into a new data folder or database, or add --replace to throw away what this console has.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  RESTORE_KINDS_MISSING: {
    message: 'the cluster does not know kinds that the backup has objects of: {kinds}',
    hint: 'Install the providers of Cluster API and the layers that bring these kinds, in the versions that the backup was made with; then restore again.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  RESTORE_NOT_PAUSED: {
    message: 'the {object} is not restored: the {cluster} is not paused any more',
    hint: 'Find out who let it go, and see that nobody does until the restore has ended; then run the same command again.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  RESTORE_HELD: {
    message: 'Cluster API stays paused, for it would not leave the virtual machines as they are: {reason}',
    hint: 'Settle what is named, in vCenter or in Cluster API, and run the same command again: it lets the cluster go when nothing would be made or deleted.',
    status: 409,
    exit: 3,
    next: 'needs-a-person',
  },
});
