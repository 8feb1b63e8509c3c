import { Readable } from 'node:stream';
import {
  auditFilterSchema,
  auditPageSchema,
  auditQuerySchema,
  auditVerificationSchema,
  checkpointListSchema,
  storedCheckpointSchema,
} from '@sealift/core/api';
import { z } from 'zod';
import type { ApiScope } from '../http/api-scope.ts';
import { afterSchema, numberCursor } from '../http/cursor.ts';
import type { Db } from '../store/store.ts';
import type { AuditCheckpoints } from './checkpoints.ts';
import { csvOf } from './csv.ts';
import { everyEntry, readAudit } from './queries.ts';
import { verifyAudit } from './verify.ts';

const tags = ['audit'];

/** The audit log, the check of its chain, and signed checkpoints of it. */
export function auditRoutes(api: ApiScope, db: Db, checkpoints: AuditCheckpoints): void {
  api.get('/audit', {
    config: { permission: 'audit.read' },
    schema: {
      tags,
      summary: 'Audit entries that fit a filter, oldest first after a cursor, or newest first before one',
      querystring: auditQuerySchema,
      response: { 200: auditPageSchema },
    },
    handler: async (request) => {
      const { after, before, order, limit, ...filter } = request.query;
      const entries = await readAudit(db, filter, { after, before, order, limit });
      const last = entries.at(-1);
      return { entries, next: last === undefined || entries.length < limit ? null : String(last.sequence) };
    },
  });

  api.get('/audit/export', {
    config: { permission: 'audit.read', sends: ['content-disposition'] },
    schema: {
      tags,
      summary: 'Audit entries that fit a filter as CSV, oldest first',
      querystring: auditFilterSchema,
      produces: ['text/csv'],
      response: {
        200: z.any().describe('text/csv; cells that a program for tables would run begin with an apostrophe'),
      },
    },
    handler: (request, reply) =>
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="audit-log.csv"')
        .send(Readable.from(csvOf(everyEntry(db, request.query)))),
  });

  api.get('/audit/verification', {
    config: { permission: 'audit.read' },
    schema: {
      tags,
      summary: 'Recomputes the hash chain of the audit log, and compares it with the signed checkpoints',
      response: { 200: auditVerificationSchema },
    },
    handler: () => verifyAudit(db),
  });

  api.get('/audit/checkpoints', {
    config: { permission: 'audit.read' },
    schema: {
      tags,
      summary: 'Signed checkpoints of the audit log, newest first, to be kept elsewhere',
      querystring: afterSchema,
      response: { 200: checkpointListSchema },
    },
    handler: (request) => checkpoints.list(numberCursor(request.query.after)),
  });

  api.post('/audit/checkpoints', {
    // It changes nothing that an upgrade goes by.
    config: { permission: 'audit.checkpoint', whileLocked: true, once: 'answer-kept', refuses: ['AUDIT_BROKEN'] },
    schema: {
      tags,
      summary: 'Signs where the audit log ends now',
      response: { 201: storedCheckpointSchema },
    },
    handler: async (_request, reply) => reply.code(201).send(await checkpoints.make()),
  });
}
