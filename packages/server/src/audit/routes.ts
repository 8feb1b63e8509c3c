import { auditPageSchema, auditVerificationSchema } from '@sealift/core/api';
import { z } from 'zod';
import { readAudit, verifyAudit } from './queries.ts';
import type { Db } from '../store/store.ts';
import type { ApiScope } from '../http/api-scope.ts';

const tags = ['audit'];
const pageSize = 200;

/** The audit log and the check of its chain. */
export function auditRoutes(api: ApiScope, db: Db): void {
  api.get('/audit', {
    config: { permission: 'audit.read' },
    schema: {
      tags,
      summary: 'Audit entries after a cursor, oldest first',
      querystring: z.object({ after: z.coerce.number().int().min(0).max(2_147_483_647).default(0) }),
      response: { 200: auditPageSchema },
    },
    handler: async (request) => {
      const entries = await readAudit(db, request.query.after, pageSize);
      const last = entries.at(-1);
      return { entries, next: last === undefined || entries.length < pageSize ? null : String(last.sequence) };
    },
  });

  api.get('/audit/verification', {
    config: { permission: 'audit.read' },
    schema: { tags, summary: 'Recomputes the hash chain of the audit log', response: { 200: auditVerificationSchema } },
    handler: () => verifyAudit(db),
  });
}
