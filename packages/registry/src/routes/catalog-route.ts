import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { RegistryStorage } from '../storage/storage.ts';
import { RegistryRefusal } from './failure.ts';

const pageLimit = 1000;

const querySchema = z.object({ n: z.coerce.number().int().min(0).optional(), last: z.string().max(1000).optional() });

/**
 * The repositories that hold something, in code unit order, by pages (distribution's "Listing Repositories"). A login sees all of them, as it may read
 * all of them.
 */
export async function listRepositories(
  storage: RegistryStorage,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const query = querySchema.safeParse(request.query);
  if (!query.success) throw new RegistryRefusal(400, 'UNSUPPORTED', 'n is a number from 0, last a repository');
  const { n = pageLimit, last = '' } = query.data;
  const length = Math.min(n, pageLimit);
  // One more than the page tells whether there is another.
  const found = await storage.repositories({ after: last, limit: length + 1 });
  const repositories = found.slice(0, length);
  const end = repositories.at(-1);
  if (found.length > length && end !== undefined) {
    reply.header('link', `</v2/_catalog?n=${length}&last=${encodeURIComponent(end)}>; rel="next"`);
  }
  return await reply.send({ repositories });
}
