import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { makeFolder } from '@sealift/io/make-folder';
import { canonicalJson } from '@sealift/core/canonical-json';
import { nodeSchema } from '@sealift/core/cluster';
import { SealiftError } from '@sealift/core/errors';
import { readRecord } from '@sealift/core/record';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { fileWork } from '@sealift/io/file-errors';
import { removeUnfinished } from '@sealift/io/unfinished';
import type { BackupPort } from '@sealift/upgrade/ports/backup';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ClusterPort } from '@sealift/upgrade/ports/cluster';
import { z } from 'zod';
import type { Db } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';

/** No backup takes so long to write: what is older was left by a process that was killed. */
const longestWriteMs = 60 * 60 * 1000;

const format = 1;

/** A backup as it is in its file. */
const backupSchema = z.object({
  format: z.literal(format),
  upgradeId: z.string(),
  createdAt: z.iso.datetime(),
  tables: z.record(z.string(), z.array(z.record(z.string(), z.json()))),
  /** What the cluster reported. */
  cluster: z.object({ nodes: z.array(nodeSchema), layers: z.json(), controlPlane: z.json(), workers: z.json() }),
});

/** What a restore needs. Sessions, tokens and setup links open doors and are not worth keeping. */
const tables = [
  'account',
  'audit_entry',
  'audit_head',
  'catalogue_release',
  'journal',
  'pack_registry',
  'profile',
  'profile_layer',
  'resolution_memory',
  'trusted_key',
  'upgrade',
  'upgrade_layer',
] as const satisfies readonly (keyof Tables)[];

/**
 * Backups as files `<folder>/<upgrade>.json.gz`, readable by their owner only: one canonical JSON document with the console's
 * configuration and rows, the profile, and what the cluster reported.
 */
export function backupStore(db: Db, folder: string, cluster: ClusterPort): BackupPort {
  const find: BackupPort['find'] = async (upgradeId) => {
    const row = await db
      .selectFrom('backup')
      .select(['reference', 'sha256', 'size_bytes'])
      .where('upgrade_id', '=', upgradeId)
      .executeTakeFirst();
    if (row === undefined || (await sha256OfFile(join(folder, row.reference))) !== row.sha256) return null;
    return { reference: row.reference, sha256: row.sha256, sizeBytes: row.size_bytes };
  };
  return {
    find,
    async make(upgradeId, cancel) {
      const existing = await find(upgradeId, cancel);
      if (existing !== null) return existing;
      const text = canonicalJson(await collect(db, upgradeId, cluster, cancel));
      const bytes = await promisify(gzip)(text);
      const reference = `${upgradeId}.json.gz`;
      await writeBackup(folder, reference, bytes);
      const readBack = await promisify(gunzip)(await readFile(join(folder, reference)));
      const stored = readBack.toString('utf8');
      readRecord('the backup', { stored, format, schema: backupSchema });
      if (stored !== text) throw new SealiftError('BACKUP_DAMAGED', { values: { reference } });
      const made = { reference, sha256: createHash('sha256').update(bytes).digest('hex'), size_bytes: bytes.length };
      await db
        .insertInto('backup')
        .values({ upgrade_id: upgradeId, ...made, created_at: new Date() })
        .onConflict((conflict) => conflict.column('upgrade_id').doUpdateSet({ ...made, created_at: new Date() }))
        .execute();
      return { reference, sha256: made.sha256, sizeBytes: made.size_bytes };
    },
  };
}

async function collect(db: Db, upgradeId: string, cluster: ClusterPort, cancel: Cancel): Promise<unknown> {
  const rows: Record<string, unknown> = {};
  await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      for (const table of tables) rows[table] = await trx.selectFrom(table).selectAll().execute();
    });
  const observed = {
    nodes: await cluster.nodes(cancel),
    layers: await cluster.layers(cancel),
    controlPlane: await cluster.rollout('control-plane', cancel),
    workers: await cluster.rollout('workers', cancel),
  };
  const backup = { format, upgradeId, createdAt: new Date(), tables: rows, cluster: observed };
  // Dates become text, as canonical JSON knows none.
  return JSON.parse(JSON.stringify(backup));
}

async function sha256OfFile(path: string): Promise<string | null> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch {
    return null;
  }
}

/** Readable by its owner only, as it holds what accounts sign in with. */
async function writeBackup(folder: string, reference: string, bytes: Uint8Array): Promise<void> {
  await fileWork(folder, async () => makeFolder(folder, 0o700));
  await removeUnfinished(folder, longestWriteMs);
  await writeFileAtomically(join(folder, reference), bytes, 0o600);
}
