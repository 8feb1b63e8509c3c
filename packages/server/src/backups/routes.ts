import {
  backupListSchema,
  backupRequestSchema,
  backupScheduleSchema,
  backupStoreCheckSchema,
  backupStoreRequestSchema,
} from '@sealift/core/api';
import { backupProofSchema } from '@sealift/core/backup';
import { z } from 'zod';
import { recordAudit } from '../audit/audit-log.ts';
import type { ApiScope } from '../http/api-scope.ts';
import { afterSchema, timeCursor } from '../http/cursor.ts';
import { ofBackups } from '../http/refusals.ts';
import { principalOf } from '../http/request-context.ts';
import type { EventBus } from '../notify/event-bus.ts';
import { findBackup, type ListedBackups, listBackups } from './backup-list.ts';
import { changeStore, checkStore } from './places/change-store.ts';
import { removeBackup } from './retention.ts';
import { changeSchedule } from './schedule.ts';

const tags = ['backups'];
const params = z.object({ id: z.string().max(64) });

/** Backups of this console and its platform. Restoring is done on the console's machine, while it is stopped. */
export function backupRoutes(api: ApiScope, parts: ListedBackups, events: EventBus): void {
  const { db, backups } = parts;

  api.get('/backups', {
    config: { permission: 'backups.read' },
    schema: {
      tags,
      summary: 'Backups that were proven, newest first; the one that is being made; when the next one is due',
      querystring: afterSchema,
      response: { 200: backupListSchema },
    },
    handler: (request) => listBackups(parts, { after: timeCursor(request.query.after) }),
  });

  api.post('/backups', {
    config: { permission: 'backups.change', once: 'answer-kept', refuses: ['BACKUP_RUNNING'] },
    schema: {
      tags,
      summary: 'Begins a backup; the list tells how far it is, and why it failed',
      body: backupRequestSchema,
      response: { 202: backupListSchema },
    },
    handler: async (request, reply) => {
      const actor = principalOf(request);
      const etcdSnapshot = request.body?.etcdSnapshot;
      const beside = etcdSnapshot === undefined ? {} : { etcdSnapshot };
      backups.begin({ why: 'asked', by: actor.name, ...beside }, actor);
      return reply.code(202).send(await listBackups(parts));
    },
  });

  api.get('/backups/:id/file', {
    config: {
      permission: 'backups.download',
      sends: ['content-disposition', 'content-length'],
      refuses: [...ofBackups],
    },
    schema: {
      tags,
      summary: 'The sealed file of a backup; taking it is an audit entry',
      params,
      produces: ['application/octet-stream'],
      response: { 200: z.any().describe('the file, as the guide to backups describes it') },
    },
    handler: async (request, reply) => {
      const row = await findBackup(db, request.params.id);
      const deed = { action: 'backup.download', subject: row.reference, details: { sha256: row.sha256 } };
      await db.transaction().execute((trx) => recordAudit(trx, principalOf(request), deed));
      const bytes = await (await backups.places.of(row)).open(row.reference);
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename="${row.reference}"`)
        .header('content-length', row.size_bytes)
        .send(bytes);
    },
  });

  api.post('/backups/:id/verify', {
    config: { permission: 'backups.change', whileLocked: true, refuses: [...ofBackups] },
    schema: {
      tags,
      summary: 'Reads a backup from its first byte to its last and restores it on trial, now',
      params,
      response: { 200: backupProofSchema },
    },
    handler: async (request) => await backups.verify(await findBackup(db, request.params.id)),
  });

  api.delete('/backups/:id', {
    config: { permission: 'backups.change', refuses: [...ofBackups] },
    schema: { tags, summary: 'Removes a backup and its file', params, response: { 204: z.null() } },
    handler: async (request, reply) => {
      await removeBackup(db, backups, principalOf(request), await findBackup(db, request.params.id));
      return reply.code(204).send(null);
    },
  });

  api.put('/backups/schedule', {
    config: { permission: 'backups.change' },
    schema: {
      tags,
      summary: 'Sets how often a backup is made by itself, and how many of those are kept',
      body: backupScheduleSchema,
      response: { 200: backupListSchema },
    },
    handler: async (request) => {
      await changeSchedule(db, principalOf(request), request.body);
      return await listBackups(parts);
    },
  });

  api.put('/backups/store', {
    // A key that was replaced in the store has to be given while an upgrade waits for it; another place is refused then.
    config: { permission: 'backups.change', whileLocked: true, refuses: [...ofBackups, 'CONSOLE_LOCKED'] },
    schema: {
      tags,
      summary: 'Sets where backups are kept from now on, once all that they need was done there',
      body: backupStoreRequestSchema,
      response: { 200: backupListSchema },
    },
    handler: async (request) => {
      await changeStore(parts, principalOf(request), request.body);
      events.publish({ kind: 'backups', subject: 'store' });
      return await listBackups(parts);
    },
  });

  api.post('/backups/store/check', {
    config: { permission: 'backups.change', whileLocked: true, refuses: [...ofBackups] },
    schema: {
      tags,
      summary: 'Does all that backups need with the store that they are kept in: writes, lists, reads, removes',
      response: { 200: backupStoreCheckSchema },
    },
    handler: async () => ({ tried: await checkStore(parts) }),
  });
}
