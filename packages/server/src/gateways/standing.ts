import type { GatewayFailure, GatewayView } from '@sealift/core/api';
import { holdsOf, type Pause, type RingMember, silentAfterMs } from '@sealift/core/gateway';
import { compareVersions } from '@sealift/core/version';
import { grantOf, type KnownGateway } from './rows.ts';
import { type Wanted, wantedFor } from './wanted.ts';

/** Why a gateway is back at the version before; null where it has not failed in this attempt at what it is to run. */
export function failureNow({ report, platform }: KnownGateway, wanted: Wanted | null): GatewayFailure | null {
  const failure = report?.failure ?? null;
  const executable = wantedFor(wanted, platform);
  if (failure === null || wanted === null || executable === null) return null;
  return failure.sha256 === executable.sha256 && failure.attempt === wanted.attempt ? failure : null;
}

/** A gateway as rings are decided by it. */
export function ringMember(gateway: KnownGateway, wanted: Wanted, pauses: readonly Pause[]): RingMember {
  const { name, version, granted } = gateway;
  return {
    name,
    version,
    // One that the release brings nothing for is held by that: nobody waits for it.
    held: holdsOf(gateway, pauses).length > 0 || wantedFor(wanted, gateway.platform) === null,
    granted: granted === grantOf(wanted),
    failed: failureNow(gateway, wanted) !== null,
  };
}

/** A gateway as people see it. */
export function gatewayView(gateway: KnownGateway, wanted: Wanted | null, pauses: readonly Pause[]): GatewayView {
  const { id, name, site, platform, version, registeredAt, seenAt, report } = gateway;
  const holds = holdsOf(gateway, pauses);
  const executable = wantedFor(wanted, platform);
  const failure = failureNow(gateway, wanted);
  // Of a release that brings nothing for its platform the version counts all the same.
  const isCurrent = wanted === null || compareVersions(version, executable?.version ?? wanted.version) >= 0;
  const isOnItsWay = wanted !== null && gateway.granted === grantOf(wanted);
  const state = (): GatewayView['state'] => {
    if (seenAt === null) return 'new';
    if (!isCurrent && failure !== null) return 'failed';
    if (Date.now() - seenAt.getTime() > silentAfterMs) return 'silent';
    if (isCurrent) return 'current';
    if (executable === null) return 'unserved';
    if ((report?.swap ?? null) !== null || isOnItsWay) return 'updating';
    return holds.length > 0 ? 'paused' : 'behind';
  };
  return {
    id,
    name,
    site,
    platform,
    version,
    holds,
    failure: isCurrent ? null : failure,
    state: state(),
    wanted: executable?.version ?? null,
    seenAt: seenAt?.toISOString() ?? null,
    registeredAt: registeredAt.toISOString(),
    swap: report?.swap ?? null,
    trouble: report?.trouble ?? null,
  };
}
