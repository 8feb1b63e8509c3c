import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { ContentReader } from '@sealift/oci/registry-client';
import { packBase } from '../catalogue/content-paths.ts';
import { fetchPack, type PinnedPack } from '../catalogue/pack-content.ts';
import { type PackRow, packRow } from '../catalogue/pack-row.ts';
import type { PinnedContent } from '../catalogue/pinned-content.ts';
import type { RegistryAccess } from '../catalogue/registry-access.ts';
import type { Elsewhere } from '../catalogue/take-markers.ts';
import { packRegistryName } from '../catalogue/sync-state.ts';
import type { RegistryLink } from '../registry/registry-link.ts';
import type { ExternalRegistries, OpenRegistry } from './external-registries.ts';
import { readerOf, RemoteContent } from './remote-content.ts';

type OwnRegistry = Pick<RegistryLink, 'client' | 'content'>;

/**
 * All registries as one place of content: what is pinned by a digest is the same wherever it is read, so it is read from the console's own registry,
 * else from the first one that holds it. One that is away is asked no further, and named where nobody else holds what was asked for.
 */
export class EveryRegistry implements RegistryAccess {
  readonly client: ContentReader;
  readonly content: RegistryAccess['content'];
  readonly #own: OwnRegistry;
  readonly #others: Pick<ExternalRegistries, 'names' | 'open'>;

  constructor(own: OwnRegistry, others: Pick<ExternalRegistries, 'names' | 'open'>) {
    this.#own = own;
    this.#others = others;
    this.client = this.#readerWithout();
    this.content = { missing: (pins) => this.#missing(pins) };
  }

  async ping(): Promise<void> {
    await this.#own.client.with({ retryDelaysMs: [] }).ping();
  }

  /** All registries but one. */
  without(name: string): Elsewhere {
    return {
      missing: (pins) => this.#missing(pins, name),
      readPack: (pack) => this.#readPack(pack, name),
    };
  }

  /** Of pinned content what no registry but this one holds. @throws REGISTRY_AWAY */
  async absentWithout(name: string, pins: readonly PinnedContent[]): Promise<PinnedContent[]> {
    return await this.#absent(pins, name);
  }

  async #readPack(pack: PinnedPack, without: string): Promise<PackRow> {
    return packRow(pack, await fetchPack(this.#readerWithout(without), packBase, pack));
  }

  #readerWithout(without?: string): ContentReader {
    return {
      getManifest: (repository, reference) =>
        this.#first(without, (reader) => reader.getManifest(repository, reference)),
      openBlob: (repository, digest, range) =>
        this.#first(without, (reader) => reader.openBlob(repository, digest, range)),
      headManifest: async (repository, reference) => {
        const what = `manifest ${repository}:${reference}`;
        const ask = async (reader: ContentReader) => {
          const found = await reader.headManifest(repository, reference);
          if (found === undefined) throw new SealiftError('REGISTRY_NOT_FOUND', { values: { what } });
          return found;
        };
        try {
          return await this.#first(without, ask);
        } catch (error) {
          if (isSealiftError(error, 'REGISTRY_NOT_FOUND')) return undefined;
          throw error;
        }
      },
    };
  }

  async #missing(pins: readonly PinnedContent[], without?: string): Promise<string[]> {
    return (await this.#absent(pins, without)).map(({ what }) => what);
  }

  async #absent(pins: readonly PinnedContent[], without?: string): Promise<PinnedContent[]> {
    let open = without === packRegistryName ? [...pins] : await this.#own.content.absent(pins);
    let away: SealiftError | undefined;
    for (const name of open.length === 0 ? [] : await this.#others.names()) {
      if (name === without) continue;
      try {
        open = await new RemoteContent(await this.#others.open(name)).absent(open);
      } catch (error) {
        away ??= awayError(name, error);
      }
      if (open.length === 0) return [];
    }
    if (away !== undefined && open.length > 0) throw away;
    return open;
  }

  async #first<Found>(without: string | undefined, read: (reader: ContentReader) => Promise<Found>): Promise<Found> {
    let failure: unknown;
    try {
      if (without !== packRegistryName) return await read(this.#own.client);
    } catch (error) {
      if (!isSealiftError(error, 'REGISTRY_NOT_FOUND')) throw error;
      failure = error;
    }
    let away: SealiftError | undefined;
    for (const name of await this.#others.names()) {
      if (name === without) continue;
      try {
        const registry: OpenRegistry = await this.#others.open(name);
        return await read(readerOf(registry));
      } catch (error) {
        if (isSealiftError(error, 'REGISTRY_NOT_FOUND')) failure ??= error;
        else away ??= awayError(name, error);
      }
    }
    throw away ?? failure ?? new SealiftError('REGISTRY_NOT_FOUND', { values: { what: 'other registry' } });
  }
}

/** @throws what is no failure of a registry but a mistake of ours */
function awayError(name: string, error: unknown): SealiftError {
  if (!isSealiftError(error)) throw error;
  return new SealiftError('REGISTRY_AWAY', { values: { name, reason: error.message }, cause: error });
}
