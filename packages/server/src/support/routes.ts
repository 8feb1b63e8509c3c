import { supportContentsSchema } from '@sealift/core/api';
import { z } from 'zod';
import { recordAudit } from '../audit/audit-log.ts';
import type { ApiScope } from '../http/api-scope.ts';
import { principalOf } from '../http/request-context.ts';
import { type SupportParts, supportSources } from './sources.ts';
import { archiveOf, type CollectedFile, collectFiles } from './support-bundle.ts';

const tags = ['support'];
const config = { permission: 'support.read' } as const;

/** What whoever helps with a console needs to see, in one archive without secrets. */
export function supportRoutes(api: ApiScope, parts: SupportParts): void {
  let collecting: Promise<CollectedFile[]> | undefined;
  /** Those who ask meanwhile get the same: it reads much at once. */
  const collect = (): Promise<CollectedFile[]> => {
    collecting ??= supportSources(parts)
      .then((sources) => collectFiles(sources))
      .finally(() => (collecting = undefined));
    return collecting;
  };

  api.get('/support-bundle/contents', {
    config,
    schema: {
      tags,
      summary: 'What a support bundle that is made now holds: its files, and what each tells',
      response: { 200: supportContentsSchema },
    },
    handler: async () => {
      const files = (await collect()).map(({ told }) => told);
      return { files, sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
    },
  });

  api.get('/support-bundle', {
    config: { ...config, sends: ['content-disposition'] },
    schema: {
      tags,
      summary: 'A support bundle, made now; taking it is an audit entry',
      produces: ['application/gzip'],
      response: { 200: z.any().describe('tar and gzip; secrets in it read ***') },
    },
    handler: async (request, reply) => {
      const name = `sealift-support-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
      const archive = await archiveOf(await collect(), name);
      const deed = { action: 'support-bundle.download', subject: name, details: { sizeBytes: archive.length } };
      await parts.store.db.transaction().execute((trx) => recordAudit(trx, principalOf(request), deed));
      return reply
        .type('application/gzip')
        .header('content-disposition', `attachment; filename="${name}.tar.gz"`)
        .send(archive);
    },
  });
}
