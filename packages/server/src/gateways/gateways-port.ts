import { SealiftError } from '@sealift/core/errors';
import { type GatewayStatus, holdsOf } from '@sealift/core/gateway';
import { compareVersions } from '@sealift/core/version';
import type { GatewaysPort } from '@sealift/upgrade/ports/gateways';
import { systemActor } from '../audit/actor.ts';
import { type StoredRelease, storedRelease } from '../catalogue/stored-release.ts';
import type { EventBus } from '../notify/event-bus.ts';
import { changeWhile } from '../store/change.ts';
import { inStore } from '../store/store-failure.ts';
import type { Db } from '../store/store.ts';
import { askRollout } from './rollout.ts';
import { knownGateways, pausesNow } from './rows.ts';
import { failureNow } from './standing.ts';
import { toldSubject } from './tell.ts';
import { type Wanted, wantedFor, wantedNow } from './wanted.ts';

/** The gateways of this console as the engine and the preflight see them. */
export function gatewaysPort(db: Db, events: EventBus): GatewaysPort {
  return {
    async status(digest, cancel) {
      cancel.throwIfAborted();
      const [gateways, pauses, now] = [await knownGateways(db), await pausesNow(db), await wantedNow(db)];
      const stored = await releaseOf(db, digest);
      const version = stored.release.spec.gateway?.version ?? null;
      const asked = version === null || (now !== null && compareVersions(now.version, version) >= 0);
      const { attempt, revision } = now ?? { attempt: 1, revision: 0 };
      const wanted: Wanted | null =
        version === null ? null : { release: stored.release, digest, version, attempt, revision };
      return {
        asked,
        version,
        gateways: gateways.map((one): GatewayStatus => {
          return {
            name: one.name,
            site: one.site,
            version: one.version,
            wanted: wantedFor(wanted, one.platform)?.version ?? null,
            holds: holdsOf(one, pauses),
            failure: failureNow(one, wanted)?.reason ?? null,
            seenAt: one.seenAt?.toISOString() ?? null,
          };
        }),
      };
    },
    async ask(digest, cancel) {
      cancel.throwIfAborted();
      const { release } = await releaseOf(db, digest);
      const { product, version } = release.metadata;
      await inStore(() => changeWhile(db, true, (trx) => askRollout(trx, systemActor, { product, version })));
      events.publish({ kind: 'gateways', subject: toldSubject });
    },
  };
}

/** @throws RELEASE_UNKNOWN, RELEASE_ROW_TAMPERED, SIGNATURE_* */
async function releaseOf(db: Db, digest: string): Promise<StoredRelease> {
  const row = await db
    .selectFrom('catalogue_release')
    .select(['product', 'version'])
    .where('digest', '=', digest)
    .executeTakeFirst();
  if (row === undefined) throw new SealiftError('RELEASE_UNKNOWN', { values: { version: digest } });
  return await storedRelease(db, row.version, row.product);
}
