import { certificateListSchema } from '@sealift/core/api';
import type { ApiScope } from '../http/api-scope.ts';
import type { Db } from '../store/store.ts';
import { listCertificates } from './list-certificates.ts';

/** What the console is served with, and the CAs in its settings. */
export function certificateRoutes(api: ApiScope, db: Db): void {
  api.get('/certificates', {
    config: { permission: 'certificates.read' },
    schema: {
      tags: ['certificates'],
      summary: 'What the console’s address presents now, and the CAs in its settings, with until when each is valid',
      response: { 200: certificateListSchema },
    },
    handler: () => listCertificates(db, new Date()),
  });
}
