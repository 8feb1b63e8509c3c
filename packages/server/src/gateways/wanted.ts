import { isSealiftError } from '@sealift/core/errors';
import { executableFor, type GatewayExecutable, type GatewayPlatform } from '@sealift/core/gateway';
import type { Release, ReleasedTool } from '@sealift/core/release';
import { compareVersions } from '@sealift/core/version';
import { installedRelease, type StoredRelease, storedRelease } from '../catalogue/stored-release.ts';
import type { Db } from '../store/store.ts';

/** What gateways are to run: that of the release that is installed, or of the one that an upgrade has asked for, whichever is newer. */
export interface Wanted {
  readonly release: Release;
  /** Of the release's marker. */
  readonly digest: string;
  readonly version: string;
  readonly attempt: number;
  readonly revision: number;
}

/** Null where no release says what gateways are to run. */
export async function wantedNow(db: Db): Promise<Wanted | null> {
  const row = await db.selectFrom('gateway_rollout').selectAll().executeTakeFirstOrThrow();
  const profile = await db.selectFrom('profile').select(['product', 'version']).executeTakeFirst();
  const { product, release: asked, attempt, revision } = row;
  const found = [
    profile === undefined ? null : await verified(installedRelease(db, profile.version, profile.product)),
    asked === null || product === null ? null : await verified(storedRelease(db, asked, product)),
  ];
  let wanted: Wanted | null = null;
  for (const one of found) {
    const version = one?.release.spec.gateway?.version;
    if (one === null || version === undefined) continue;
    if (wanted !== null && compareVersions(version, wanted.version) <= 0) continue;
    wanted = { release: one.release, digest: one.digest, version, attempt, revision };
  }
  return wanted;
}

/** What the release lets a gateway of a platform run; null where it brings nothing for it. */
export function wantedFor(
  wanted: Wanted | null,
  platform: GatewayPlatform,
): (GatewayExecutable & { readonly tool: ReleasedTool }) | null {
  return wanted === null ? null : (executableFor(wanted.release.spec, platform) ?? null);
}

/** A release whose key is trusted no longer, or whose row somebody changed, says nothing to gateways. */
async function verified(reading: Promise<StoredRelease>): Promise<StoredRelease | null> {
  try {
    return await reading;
  } catch (error) {
    if (isSealiftError(error) && error.code !== 'INTERNAL') return null;
    throw error;
  }
}
