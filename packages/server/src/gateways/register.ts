import { randomUUID } from 'node:crypto';
import type { gatewayRegisteredSchema, gatewayRegistrationSchema } from '@sealift/core/api';
import type { z } from 'zod';
import { recordAudit } from '../audit/audit-log.ts';
import { changeWhile } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import { takeInvite } from './invites.ts';

/**
 * Takes a gateway in by its token. One of the same name gets this identity in the place of its former one, which is good for nothing any more.
 *
 * @returns null where the token is good for nothing
 */
export async function registerGateway(
  db: Db,
  { token, publicKey, platform, version }: z.output<typeof gatewayRegistrationSchema>,
  address: string,
): Promise<z.output<typeof gatewayRegisteredSchema> | null> {
  return await changeWhile(db, true, async (trx) => {
    const invite = await takeInvite(trx, token);
    if (invite === undefined) return null;
    const { name, site } = invite;
    const id = randomUUID();
    const values = {
      id,
      site,
      platform,
      version,
      public_key: publicKey,
      registered_at: new Date(),
      sequence: 0,
      seen_at: null,
      report: null,
      granted: null,
    };
    const before = await trx.selectFrom('gateway').select('id').where('name', '=', name).executeTakeFirst();
    await trx
      .insertInto('gateway')
      .values({ name, ...values })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
      .execute();
    const actor = { name: `gateway ${name}`, address };
    const details = { id, site, platform, version, replaced: before?.id ?? null };
    await recordAudit(trx, actor, { action: 'gateway.register', subject: name, details });
    const profile = await trx.selectFrom('profile').select('product').executeTakeFirst();
    return { id, name, site, product: profile?.product ?? null };
  });
}
