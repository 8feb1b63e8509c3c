import type { PublicKey } from '@sealift/bundle/minisign';
import type { KnownCatalogue } from './known-catalogue.ts';
import type { MarkerBefore, MarkerRead } from './read-content.ts';

interface Proven extends Pick<MarkerRead, 'kind' | 'name' | 'version' | 'digest' | 'pins' | 'packs'> {
  /** The whole public key, not its ID alone. */
  readonly key: string;
}

/**
 * The markers whose signatures this process has verified and that it has taken. A signature covers content that its digest names: while the key is
 * trusted, the same digest need not be verified again. Like every proof it lasts as long as the process, and is in no table that somebody could change.
 */
export class ProvenMarkers {
  readonly #byTag = new Map<string, Proven>();

  add(tag: string, marker: MarkerRead, keys: readonly PublicKey[]): void {
    const key = keys.find(({ keyId }) => keyId === marker.keyId)?.encoded;
    if (key === undefined) return;
    const { kind, name, version, digest, pins, packs } = marker;
    this.#byTag.set(tag, { kind, name, version, digest, pins, packs, key });
  }

  /** What was proven of a tag; undefined where its key is trusted no longer, or the catalogue lacks something of it. */
  before(
    tag: string,
    known: KnownCatalogue,
    keys: readonly PublicKey[],
  ): (MarkerBefore & Pick<Proven, 'kind' | 'name' | 'version'>) | undefined {
    const proven = this.#byTag.get(tag);
    if (proven === undefined || !keys.some(({ encoded }) => encoded === proven.key)) return undefined;
    const { kind, name, version, digest, pins, packs } = proven;
    if (known.digestOf(proven) !== digest || !packs.every((pack) => known.hasPack(pack.digest))) return undefined;
    return { tag, kind, name, version, digest, pins };
  }

  /** Forgets what is not among these tags. */
  keepOnly(tags: readonly string[]): void {
    const kept = new Set(tags);
    for (const tag of this.#byTag.keys()) if (!kept.has(tag)) this.#byTag.delete(tag);
  }
}
