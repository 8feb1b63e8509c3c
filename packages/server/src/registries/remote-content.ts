import { markersInRegistry } from '@sealift/bundle/marker-source';
import { parsePublicKey } from '@sealift/bundle/minisign';
import { isSealiftError, SealiftError, toProblem } from '@sealift/core/errors';
import { mapAtOnce } from '@sealift/io/map-at-once';
import { type Descriptor, indexSchema, manifestSchema } from '@sealift/oci/descriptor';
import { isDigest } from '@sealift/oci/digest';
import { catalogRepository } from '@sealift/oci/reference';
import type { ContentReader, RegistryClient } from '@sealift/oci/registry-client';
import type { CatalogueContent } from '../catalogue/catalogue-content.ts';
import { packBase, repositoryAt } from '../catalogue/content-paths.ts';
import { fetchPack, type PinnedPack } from '../catalogue/pack-content.ts';
import { type PackRow, packRow } from '../catalogue/pack-row.ts';
import type { PinnedContent } from '../catalogue/pinned-content.ts';
import { type MarkerBefore, type MarkerRead, type Outcome, packTextsAtOnce } from '../catalogue/read-content.ts';
import { readMarker } from '../catalogue/read-marker.ts';
import type { OpenRegistry } from './external-registries.ts';

/** Questions to one registry under way at a time. */
const atOnce = 8;
/** Archives are read whole into memory. */
const packsAtOnce = 2;

/** Reads a registry by the names that repositories have in the console's own. */
export function readerOf({ client, paths }: Pick<OpenRegistry, 'client' | 'paths'>): ContentReader {
  return {
    getManifest: (repository, reference) => client.getManifest(repositoryAt(paths, repository), reference),
    headManifest: (repository, reference) => client.headManifest(repositoryAt(paths, repository), reference),
    openBlob: (repository, digest, range) => client.openBlob(repositoryAt(paths, repository), digest, range),
  };
}

/** The content of a registry somewhere else, asked for over HTTP. */
export class RemoteContent implements CatalogueContent {
  readonly #client: RegistryClient;
  readonly #reader: ContentReader;
  readonly #place: (repository: string) => string;

  constructor(registry: Pick<OpenRegistry, 'client' | 'paths'>) {
    this.#client = registry.client;
    this.#reader = readerOf(registry);
    this.#place = (repository) => repositoryAt(registry.paths, repository);
  }

  async markers(): Promise<string[]> {
    try {
      const tags = await this.#client.listTags(this.#place(catalogRepository(packBase)));
      return tags.filter((tag) => /^(?:release|pack)-/.test(tag)).toSorted();
    } catch (error) {
      // Nothing was pushed there yet.
      if (isSealiftError(error, 'REGISTRY_NOT_FOUND')) return [];
      throw error;
    }
  }

  async lookAgain(markers: readonly MarkerBefore[]): Promise<boolean[]> {
    const catalogue = catalogRepository(packBase);
    return await mapAtOnce(markers, atOnce, async ({ tag, digest, pins }) => {
      const found = await this.#reader.headManifest(catalogue, tag);
      return found?.digest === digest && (await this.absent(pins)).length === 0;
    });
  }

  /** By what the registry says of manifests: their blobs were looked for when they were taken. */
  async absent(pins: readonly PinnedContent[]): Promise<PinnedContent[]> {
    return await this.#without(pins, async ({ repository, digest }) => {
      return isDigest(digest) && (await this.#reader.headManifest(repository, digest)) !== undefined;
    });
  }

  async readMarkers(tags: readonly string[], keys: readonly string[]): Promise<Outcome<MarkerRead>[]> {
    const trusted = keys.map((key) => parsePublicKey(key, 'a trusted key'));
    const catalogue = catalogRepository(packBase);
    const source = markersInRegistry(this.#reader, catalogue);
    return await mapAtOnce(tags, 2, (tag) =>
      attempted(async () => {
        const found = await this.#reader.headManifest(catalogue, tag);
        if (found === undefined) throw new SealiftError('REGISTRY_NOT_FOUND', { values: { what: `tag ${tag}` } });
        const marker = await readMarker(source, { base: packBase, tag, digest: found.digest, keys: trusted });
        const missing = await this.#without(marker.pins, (pin) => this.#isWhole(pin));
        return { ...marker, missing };
      }),
    );
  }

  async readPacks(packs: readonly PinnedPack[]): Promise<Outcome<PackRow>[]> {
    const outcomes: Outcome<PackRow>[] = [];
    let length = 0;
    for (let at = 0; at < packs.length && length <= packTextsAtOnce; at += packsAtOnce) {
      const some = await mapAtOnce(packs.slice(at, at + packsAtOnce), packsAtOnce, (pinned) =>
        attempted(async () => packRow(pinned, await fetchPack(this.#reader, packBase, pinned))),
      );
      outcomes.push(...some);
      for (const outcome of some) {
        if ('found' in outcome) length += outcome.found.values_yaml.length + outcome.found.pack_json.length;
      }
    }
    return outcomes;
  }

  async #without(
    pins: readonly PinnedContent[],
    isThere: (pin: PinnedContent) => Promise<boolean>,
  ): Promise<PinnedContent[]> {
    const there = await mapAtOnce(pins, atOnce, isThere);
    return pins.filter((_, index) => there[index] === false).toSorted((a, b) => (a.what < b.what ? -1 : 1));
  }

  /** Whether a manifest is there, undamaged, with every blob that it names; of an index nodes need one manifest only. */
  async #isWhole({ repository, digest }: PinnedContent): Promise<boolean> {
    if (!isDigest(digest)) return false;
    try {
      const { bytes } = await this.#reader.getManifest(repository, digest);
      const blobs = blobsOf(bytes.toString('utf8'));
      if (blobs === undefined) return false;
      const there = await mapAtOnce(blobs, 2, (blob) =>
        this.#client.hasBlob(this.#place(repository), blob.digest, blob.size),
      );
      return there.every(Boolean);
    } catch (error) {
      if (isSealiftError(error, 'REGISTRY_NOT_FOUND')) return false;
      throw error;
    }
  }
}

/** What a manifest names; nothing of an index; undefined where it is neither. */
function blobsOf(text: string): readonly Descriptor[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (indexSchema.safeParse(value).success) return [];
  const manifest = manifestSchema.safeParse(value).data;
  // What has addresses of its own is fetched from there, and pushed nowhere.
  return manifest && [manifest.config, ...manifest.layers.filter((layer) => !('urls' in layer))];
}

/** A failure of the registry itself ends the sync; what it holds and cannot be taken is refused by itself. */
async function attempted<Found>(work: () => Promise<Found>): Promise<Outcome<Found>> {
  try {
    return { found: await work() };
  } catch (error) {
    if (!isSealiftError(error) || away.some((code) => isSealiftError(error, code))) throw error;
    return { refused: toProblem(error) };
  }
}

const away = [
  'REGISTRY_UNREACHABLE',
  'REGISTRY_CERTIFICATE_UNTRUSTED',
  'REGISTRY_UNAUTHORIZED',
  'REGISTRY_BUSY',
  'REGISTRY_ORIGIN_REFUSED',
  'PUSH_CANCELLED',
] as const;
