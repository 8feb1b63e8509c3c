import type { LayerName } from '../pack/pack.ts';
import { compareVersions } from '../version/version.ts';
import type { KnownPack, KnownPackVersion } from './known-packs.ts';

/** A pack that a cluster profile uses. */
export interface PackInUse {
  readonly layer: LayerName;
  readonly pack: string;
  readonly version: string;
  readonly digest: string;
}

/** A pack in use with what there is that is newer, the newest first. */
export interface OutdatedPack extends PackInUse {
  readonly newer: readonly KnownPackVersion[];
}

/** The packs in use of which a newer version is known, in the order of the layers. */
export function outdatedPacks(inUse: readonly PackInUse[], known: readonly KnownPack[]): readonly OutdatedPack[] {
  const byName = new Map(known.map((pack) => [pack.name, pack.versions]));
  return inUse.flatMap((used) => {
    const newer = (byName.get(used.pack) ?? []).filter(({ version }) => compareVersions(version, used.version) > 0);
    const { layer, pack, version, digest } = used;
    return newer.length === 0 ? [] : [{ layer, pack, version, digest, newer }];
  });
}
