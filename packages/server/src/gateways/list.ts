import type { GatewayList } from '@sealift/core/api';
import { ringState } from '@sealift/core/gateway';
import { pageByName } from '../http/name-page.ts';
import type { Db } from '../store/store.ts';
import { openInvites } from './invites.ts';
import { knownGateways, pausesNow } from './rows.ts';
import { gatewayView, ringMember } from './standing.ts';
import { wantedNow } from './wanted.ts';

const pageLength = 200;

/**
 * A page of the gateways by name, and how each stands; beside it who may still register, what is paused, and how far the version is that they are
 * to run, of all of them.
 */
export async function listGateways(db: Db, { after = '', length = pageLength } = {}): Promise<GatewayList> {
  const [gateways, pauses, wanted, invites] = [
    await knownGateways(db),
    await pausesNow(db),
    await wantedNow(db),
    await openInvites(db),
  ];
  const members = wanted === null ? [] : gateways.map((one) => ringMember(one, wanted, pauses));
  const { page, next } = pageByName(gateways, ({ name }) => name, { after, length });
  return {
    gateways: page.map((one) => gatewayView(one, wanted, pauses)),
    next,
    invites,
    pauses,
    rollout: wanted === null ? null : rolloutOf(wanted, ringState(members, wanted.version)),
  };
}

function rolloutOf(
  { release, version, attempt }: NonNullable<Awaited<ReturnType<typeof wantedNow>>>,
  { total, proven, trying, failed }: ReturnType<typeof ringState>,
): NonNullable<GatewayList['rollout']> {
  const shown = { total, proven, trying: [...trying], failed: [...failed] };
  return { release: release.metadata.version, version, attempt, ...shown };
}
