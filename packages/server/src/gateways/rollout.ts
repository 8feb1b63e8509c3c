import { SealiftError } from '@sealift/core/errors';
import { gatewayTool } from '@sealift/core/gateway';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { storedRelease } from '../catalogue/stored-release.ts';
import type { Trx } from '../store/store.ts';
import { tellGateways } from './tell.ts';

/**
 * The same for a person who names a release, which has to bring something for gateways: an upgrade to one that does not goes on without.
 *
 * @throws GATEWAY_RELEASE_EXECUTABLE, and what {@link askRollout} throws
 */
export async function startRollout(trx: Trx, actor: Actor, version: string): Promise<void> {
  const { gateway, tools = [] } = (await storedRelease(trx, version)).release.spec;
  if (gateway !== undefined && !tools.some(({ name }) => name === gatewayTool)) {
    throw new SealiftError('GATEWAY_RELEASE_EXECUTABLE', { values: { version, gateway: gateway.version } });
  }
  await askRollout(trx, actor, { version });
}

/**
 * Asks gateways to go to what a release brings, where that is newer than what they are to run by now. Asking again changes nothing.
 *
 * @throws RELEASE_UNKNOWN, RELEASE_ROW_TAMPERED, SIGNATURE_*, GATEWAY_RELEASE_WITHOUT
 */
export async function askRollout(
  trx: Trx,
  actor: Actor,
  { version, product }: { readonly version: string; readonly product?: string },
): Promise<void> {
  const { release } = await storedRelease(trx, version, product);
  const { gateway } = release.spec;
  if (gateway === undefined) throw new SealiftError('GATEWAY_RELEASE_WITHOUT', { values: { version } });
  const before = await trx.selectFrom('gateway_rollout').selectAll().forUpdate().executeTakeFirstOrThrow();
  if (before.release === version && before.product === release.metadata.product) return;
  const values = { product: release.metadata.product, release: version };
  await trx.updateTable('gateway_rollout').set(values).execute();
  await tellGateways(trx);
  const details = { gateway: gateway.version, before: before.release };
  await recordAudit(trx, actor, { action: 'gateway.rollout', subject: version, details });
}
