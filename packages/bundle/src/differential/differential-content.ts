import type { Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import type { ByteRange, ContentSource } from '@sealift/oci/content';
import type { Digest } from '@sealift/oci/digest';
import { forEachBounded } from '@sealift/oci/pool';
import type { RegistryClient } from '@sealift/oci/registry-client';
import { readableOver } from '@sealift/oci/verify-stream';
import type { Bundle } from '../read/open-bundle.ts';
import { type BaseRegistries, locate } from './base-registries.ts';
import { type LocatedBlob, reconstruct } from './reconstruct.ts';
import type { Differential, PlacedBlob, RecipeEntry } from './section.ts';

const checksAtATime = 8;
const shownMissing = 20;

/** The whole content of a differential bundle's release, and how a push finds it. */
export interface OpenedDifferential {
  readonly source: ContentSource;
  /** Where the base has a blob that the release has too: it is mounted from there instead of sent again. */
  readonly mountFrom: (blob: Digest, client: RegistryClient) => string | undefined;
  /**
   * Looks for what these blobs are made of.
   *
   * @throws BUNDLE_BASE_MISSING, REGISTRY_*
   */
  readonly checkBase: (wanted: readonly { readonly digest: Digest }[]) => Promise<void>;
}

/**
 * The content of a differential bundle's release: what the bundle holds, what the base holds, and what is made of both. What of
 * the base is not needed, because the target has what is made of it, need not be there.
 */
export function openDifferentialContent(
  bundle: Bundle,
  differential: Differential,
  registries: BaseRegistries,
): OpenedDifferential {
  const needs = new Map(differential.needs.map((need) => [need.digest, need]));
  const recipes = new Map(differential.recipes.map((recipe) => [recipe.digest, recipe]));
  return {
    source: new DifferentialContent(bundle, needs, recipes, registries),
    mountFrom(blob, client) {
      const need = needs.get(blob);
      const held = need === undefined ? undefined : locate(need, registries);
      return held?.client === client ? held.repository : undefined;
    },
    async checkBase(wanted) {
      const digests = new Set(wanted.map(({ digest }) => recipes.get(digest)?.base ?? digest));
      const needed = [...digests].flatMap((digest) => needs.get(digest) ?? []);
      await findAll(needed, bundle.path, differential.base, registries);
    },
  };
}

async function findAll(
  needed: readonly PlacedBlob[],
  path: string,
  base: string,
  registries: BaseRegistries,
): Promise<void> {
  const missing: string[] = [];
  await forEachBounded(needed, checksAtATime, async ({ digest, size, ...place }) => {
    const { client, repository } = locate(place, registries);
    if ((await client.blobSize(repository, digest)) === size) return;
    missing.push(`${client.registry}/${repository}@${digest}`);
  });
  if (missing.length === 0) return;
  const values = { path, base, count: missing.length, needed: needed.length };
  const rest = missing.length > shownMissing ? `, and ${missing.length - shownMissing} more` : '';
  const place = `${missing.toSorted().slice(0, shownMissing).join(', ')}${rest}`;
  throw new SealiftError('BUNDLE_BASE_MISSING', { values, place });
}

class DifferentialContent implements ContentSource {
  readonly #bundle: Bundle;
  readonly #needs: ReadonlyMap<Digest, PlacedBlob>;
  readonly #recipes: ReadonlyMap<Digest, RecipeEntry>;
  readonly #registries: BaseRegistries;

  constructor(
    bundle: Bundle,
    needs: ReadonlyMap<Digest, PlacedBlob>,
    recipes: ReadonlyMap<Digest, RecipeEntry>,
    registries: BaseRegistries,
  ) {
    this.#bundle = bundle;
    this.#needs = needs;
    this.#recipes = recipes;
    this.#registries = registries;
  }

  async size(digest: Digest): Promise<number | undefined> {
    return this.#recipes.get(digest)?.size ?? this.#needs.get(digest)?.size ?? (await this.#bundle.size(digest));
  }

  async open(digest: Digest, range?: ByteRange): Promise<Readable> {
    const recipe = this.#recipes.get(digest);
    if (recipe !== undefined) {
      const whole = reconstruct(await this.#reconstruction(recipe));
      return range === undefined ? whole : readableOver(partOf(whole, range), whole);
    }
    const need = this.#needs.get(digest);
    if (need === undefined) return await this.#bundle.open(digest, range);
    const { client, repository } = locate(need, this.#registries);
    return await client.openBlob(repository, digest, range);
  }

  async #reconstruction({ digest, size, base, recipe, delta }: RecipeEntry) {
    return {
      digest,
      size,
      base: await this.#blob(base),
      recipe: await this.#blob(recipe),
      delta: await this.#blob(delta),
    };
  }

  async #blob(digest: Digest): Promise<LocatedBlob> {
    return { source: this, digest, size: (await this.size(digest)) ?? 0 };
  }
}

async function* partOf(
  chunks: AsyncIterable<Uint8Array>,
  { start, end }: ByteRange,
): AsyncGenerator<Uint8Array, void, undefined> {
  let position = 0;
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.max(0, start - position), Math.max(0, end - position));
    position += chunk.byteLength;
    if (part.byteLength > 0) yield part;
    if (position >= end) return;
  }
}
