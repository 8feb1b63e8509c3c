import type { GatewayOrders, GatewayReport } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { newsOfHalt } from '@sealift/core/notification';
import { holdsOf, mayGo, ringState } from '@sealift/core/gateway';
import { compareVersions } from '@sealift/core/version';
import { recordAudit } from '../audit/audit-log.ts';
import type { SignedBy } from '../http/principal.ts';
import { recordNews } from '../outbox/record-news.ts';
import type { EventBus } from '../notify/event-bus.ts';
import { changeWhile } from '../store/change.ts';
import type { Db, Trx } from '../store/store.ts';
import { gatewayOfRow, grantOf, type KnownGateway, knownGateways, pausesNow, storedReport } from './rows.ts';
import { failureNow, ringMember } from './standing.ts';
import { tellGateways, toldSubject } from './tell.ts';
import { type Wanted, wantedFor, wantedNow } from './wanted.ts';

const pollSeconds = 15 * 60;
const waitSeconds = 50;

/**
 * Takes what a gateway says of itself, and says what it is to do. A report that was sent before is refused.
 *
 * @throws GATEWAY_REPLAYED, GATEWAY_UNKNOWN where it was removed meanwhile
 */
export async function takeReport(
  db: Db,
  events: EventBus,
  by: SignedBy,
  report: GatewayReport,
): Promise<GatewayOrders> {
  const taken = await changeWhile(db, true, async (trx) => {
    const before = await advance(trx, by);
    // Whoever decides about rings decides alone.
    await trx.selectFrom('gateway_rollout').select('id').forUpdate().executeTakeFirstOrThrow();
    const wanted = await wantedNow(trx);
    // What is on trial counts for nothing until whoever judges it has given the word.
    const version = report.proof === null ? report.version : before.version;
    const { platform } = report;
    const values = { version, platform, seen_at: new Date(), report: storedReport(report) };
    await trx.updateTable('gateway').set(values).where('id', '=', by.id).execute();
    const now = { ...before, version, platform, report, seenAt: values.seen_at };
    await audit(trx, by, before, now, wanted);
    const opened = wanted !== null && (await hasOpened(trx, before, now, wanted));
    if (opened) await tellGateways(trx);
    return { orders: await ordersFor(trx, now, wanted), opened, changed: isOther(before, now) };
  });
  if (taken.changed) events.publish({ kind: 'gateways', subject: by.name });
  if (taken.opened) events.publish({ kind: 'gateways', subject: toldSubject });
  const { revision } = await db.selectFrom('gateway_rollout').select('revision').executeTakeFirstOrThrow();
  return { proof: report.proof, update: taken.orders, pollSeconds, waitSeconds, revision };
}

/** Takes the number of a request, if it is a newer one. */
async function advance(trx: Trx, { id, name, sequence }: SignedBy): Promise<KnownGateway> {
  const row = await trx.selectFrom('gateway').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (row === undefined) throw new SealiftError('GATEWAY_UNKNOWN', { values: { reason: 'it was removed' } });
  if (sequence <= row.sequence) {
    throw new SealiftError('GATEWAY_REPLAYED', { values: { name, sequence, last: row.sequence } });
  }
  await trx.updateTable('gateway').set({ sequence }).where('id', '=', id).execute();
  return gatewayOfRow(row);
}

/** What the gateway is to run now; null where it is to stay as it is. */
async function ordersFor(trx: Trx, gateway: KnownGateway, wanted: Wanted | null): Promise<GatewayOrders['update']> {
  const executable = wantedFor(wanted, gateway.platform);
  if (wanted === null || executable === null) return null;
  if (compareVersions(gateway.version, executable.version) >= 0) return null;
  const pauses = await pausesNow(trx);
  if (holdsOf(gateway, pauses).length > 0) return null;
  const members = (await knownGateways(trx)).map((one) => ringMember(one, wanted, pauses));
  const own = members.find(({ name }) => name === gateway.name);
  if (own === undefined || !mayGo(own, ringState(members, wanted.version))) return null;
  if (!own.granted) {
    await trx
      .updateTable('gateway')
      .set({ granted: grantOf(wanted) })
      .where('id', '=', gateway.id)
      .execute();
  }
  const { digest: release, version, attempt } = wanted;
  return { release, version, attempt, sha256: executable.sha256 };
}

/** Whether the first ring has come up with this report, so that the others may go. */
async function hasOpened(trx: Trx, before: KnownGateway, now: KnownGateway, wanted: Wanted): Promise<boolean> {
  const arrives =
    compareVersions(before.version, wanted.version) < 0 && compareVersions(now.version, wanted.version) >= 0;
  if (!arrives) return false;
  const pauses = await pausesNow(trx);
  const members = (await knownGateways(trx)).map((one) => ringMember(one, wanted, pauses));
  const earlier = members.map((one) => (one.name === now.name ? { ...one, version: before.version } : one));
  return ringState(members, wanted.version).isOpen && !ringState(earlier, wanted.version).isOpen;
}

async function audit(trx: Trx, by: SignedBy, before: KnownGateway, now: KnownGateway, wanted: Wanted | null) {
  const actor = { name: `gateway ${by.name}`, address: by.address };
  if (before.version !== now.version) {
    const details = { from: before.version, to: now.version };
    await recordAudit(trx, actor, { action: 'gateway.version', subject: by.name, details });
  }
  const failure = failureNow(now, wanted);
  if (failure !== null && failureNow(before, wanted)?.at !== failure.at) {
    await recordAudit(trx, actor, { action: 'gateway.failed', subject: by.name, details: { ...failure } });
    // The first one halts the ring; those that were on their way already add nothing to that.
    const others = (await knownGateways(trx)).filter(({ name }) => name !== now.name);
    if (others.every((one) => failureNow(one, wanted) === null)) {
      await recordNews(trx, newsOfHalt(now, failure.version, failure.reason));
    }
  }
}

/** Whether people see it otherwise than before; that it was heard of is no change. */
function isOther(before: KnownGateway, now: KnownGateway): boolean {
  return before.seenAt === null || JSON.stringify(shown(before)) !== JSON.stringify(shown(now));
}

function shown({ version, platform, report }: KnownGateway) {
  return [version, platform, report?.swap ?? null, report?.failure ?? null, report?.trouble ?? null];
}
