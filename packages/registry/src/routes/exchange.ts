import { SealiftError } from '@sealift/core/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RegistryStorage } from '../storage/storage.ts';
import type { ContentChange, ContentHost } from './content-change.ts';
import { RegistryRefusal } from './failure.ts';
import type { Admission } from './gate.ts';

/** An admitted request with what answering it needs. */
export interface Exchange {
  readonly storage: RegistryStorage;
  readonly repository: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly idleTimeoutMs: number;
  readonly admission: Admission;
  readonly host: ContentHost | undefined;
}

/** Tells the host of a change. */
export async function recordChange({ host, admission, request }: Exchange, change: ContentChange): Promise<void> {
  await host?.record(change, { name: admission.name, address: request.ip });
}

/** Asks the host whether something may go, and tells it that it goes. @throws RegistryRefusal DENIED */
export async function beforeRemoval(exchange: Exchange, change: ContentChange): Promise<void> {
  const refused = await exchange.host?.refuseRemoval(change);
  if (refused !== undefined) {
    await recordChange(exchange, { ...change, refused });
    throw new RegistryRefusal(403, 'DENIED', refused);
  }
  await recordChange(exchange, change);
}

/** Asks the host whether a tag may stand for a manifest. @throws TAG_PINNED */
export async function beforeTagging(exchange: Exchange, change: ContentChange): Promise<void> {
  const refused = await exchange.host?.refuseTag(change);
  if (refused === undefined) return;
  await recordChange(exchange, { ...change, refused });
  throw new SealiftError('TAG_PINNED', { values: { reason: refused } });
}
