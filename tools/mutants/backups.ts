import { mutantsOf } from './mutant.ts';

const sealed = 'sealed-stream/sealed-stream.ts';
const sealedTest = 'sealed-stream/sealed-stream.test.ts';

/** Backups and restoring from them, over all packages. */
export const backupMutants = [
  ...mutantsOf('io', [
    ['a stream that was cut at a border looks whole', sealed, 'nonce[11] = isLast ? 1 : 0;', '', sealedTest],
    ['chunks may come in any order', sealed, 'nonce.writeUIntBE(number, 5, 6);', '', sealedTest],
    [
      'a byte more is read over',
      sealed,
      'yield { bytes: held, isLast: true };',
      'yield { bytes: held.subarray(0, Math.floor(held.length / 16) * 16), isLast: true };',
      sealedTest,
    ],
  ]),
  ...mutantsOf('server', [
    [
      'the first line of a backup may be changed',
      'backups/file-key.ts',
      '`sealift backup\\0${head}`',
      "'sealift backup'",
      'backups/backup.test.ts',
    ],
    [
      'a backup that does not restore stays in the folder',
      'backups/backup-keeper.ts',
      'await place.remove(reference).catch(() => undefined);',
      '',
      'backups/backup.test.ts',
    ],
    [
      'a console in use is overwritten',
      'backups/restore-database.ts',
      'if (!replace) await refuseUsed(trx);',
      '',
      'backups/backup.test.ts',
    ],
    [
      'a trial restore stays',
      'backups/restore-database.ts',
      'if (dryRun) throw new Trial(found);',
      '',
      'backups/backup.test.ts',
    ],
    [
      'a restored console goes on with an upgrade',
      'backups/restore-database.ts',
      'const ended = await endUpgrades(trx);',
      'const ended: string[] = [];',
      'backups/backup.test.ts',
    ],
    [
      'two consoles make the backup that is due',
      'backups/schedule.ts',
      'if (due === null || due > now) return false;',
      'if (due === null) return false;',
      'backups/schedule.test.ts',
    ],
    [
      'the backup of an upgrade under way is removed',
      'backups/retention.ts',
      'await change(db, (trx) => refuseNeeded(trx, row));',
      '',
      'backups/schedule.test.ts',
    ],
    [
      'what a person made is removed for what was made by itself',
      'backups/retention.ts',
      ".where('reason', '=', JSON.stringify({ why: 'schedule' }))",
      '',
      'backups/schedule.test.ts',
    ],
  ]),
  ...mutantsOf('s3', [
    ['a writer overwrites what another one wrote', 'upload.ts', "{ 'if-none-match': '*' }", '{}', 'client.test.ts'],
    [
      'an upload that failed leaves its parts',
      'upload.ts',
      'await giveUpUpload(client, key, uploadId, AbortSignal.timeout(giveUpTimeoutMs)).catch(() => undefined);',
      '',
      'client.test.ts',
    ],
    ['an answer that was lost counts as a failure', 'upload.ts', 'if (lost && (', 'if (false && (', 'client.test.ts'],
    ['two contents are joined', 'read.ts', ", 'if-match': etag", '', 'client.test.ts'],
    [
      'a store that lets backups be overwritten is taken',
      'try-store.ts',
      'await refuseOverwriting(client, small, bytes, cancel);',
      '',
      'try-store.test.ts',
    ],
  ]),
  ...mutantsOf('server', [
    [
      'the stored secret is taken along to another store',
      'backups/places/change-store.ts',
      'before.endpoint === bucket.endpoint &&',
      '',
      'backups/places/bucket.test.ts',
    ],
    [
      'a store is set without being tried',
      'backups/places/change-store.ts',
      'if (asked !== null) await tryAll(asked);',
      '',
      'backups/places/bucket.test.ts',
    ],
    [
      'a store that does not answer counts as one without the backup',
      'backups/backup-list.ts',
      'return found === undefined ? null : found.get(reference) === sizeBytes;',
      'return found?.get(reference) === sizeBytes;',
      'backups/places/bucket.test.ts',
    ],
    [
      'the place of backups changes while an upgrade runs',
      'backups/places/change-store.ts',
      'await changeWhile(db, isSame, async',
      'await changeWhile(db, true, async',
      'backups/places/bucket.test.ts',
    ],
    [
      'objects that an API server did not give back alike count',
      'backups/prove-backup.ts',
      'await load({ reference: source.reference, records })',
      'records.length',
      'backups/backup.test.ts',
    ],
  ]),
  ...mutantsOf('site', [
    [
      'an object that comes back without a field counts as loaded',
      'backup/load-objects.ts',
      'if (lost.length > 0)',
      'if (lost.length > 100)',
      'backup/load-objects.test.ts',
    ],
    [
      'a Cluster comes back and acts at once',
      'backup/restore-objects.ts',
      'paused: true } } : {};',
      '} } : {};',
      'backup/restore.test.ts',
    ],
    [
      'objects are made while somebody has let their Cluster go',
      'backup/restore-objects.ts',
      'await refuseUnpaused(objects, object, cancel);',
      '',
      'backup/restore.test.ts',
    ],
    [
      'a restore that was cut off leaves objects without their status',
      'backup/restore-plan.ts',
      "if (live.metadata.annotations?.[restoringAnnotation] === backupId) return 'finish';",
      '',
      'backup/restore.test.ts',
    ],
    [
      'objects come back without their status',
      'backup/restore-objects.ts',
      'await objects.setStatus(reference, status, cancel);',
      '',
      'backup/restore.test.ts',
    ],
    [
      'a folder that nobody can look into counts as no difference',
      'backup/let-go.ts',
      'unknown.push(`Machine ${name}: its folder in vCenter cannot be looked into`);',
      '{}',
      'backup/let-go.test.ts',
    ],
    [
      'an owner with too few machines is let go',
      'backup/let-go.ts',
      'if (asked > has) creates',
      'if (asked > has + 1) creates',
      'backup/let-go.test.ts',
    ],
  ]),
];
