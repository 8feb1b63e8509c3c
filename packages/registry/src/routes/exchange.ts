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
  const reason = await exchange.host?.refuseRemoval(change);
  if (reason !== undefined) throw new RegistryRefusal(403, 'DENIED', reason);
  await recordChange(exchange, change);
}
