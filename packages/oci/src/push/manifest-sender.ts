import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { inOci10Form } from './oci-1-0-form.ts';
import { artifactTypeOf } from './plan-push.ts';
import type { RegistryWork } from './registry-work.ts';
import type { PushItem } from './types.ts';
import type { WalkedManifest } from './walk.ts';

type Place = Pick<PushItem, 'client' | 'repository' | 'name'>;

/** Sends manifests, whose blobs are there already. */
export class ManifestSender {
  readonly #work: RegistryWork;
  readonly #onSent: (bytes: number, items: readonly number[]) => void;
  /** Puts under way: a registry that is given a manifest twice at once may for a moment not hold it (CNCF distribution 2). */
  readonly #putting = new Map<string, Promise<void>>();

  /** @param onSent is told of bytes that went out, and the items that changed by it */
  constructor(work: RegistryWork, onSent: (bytes: number, items: readonly number[]) => void) {
    this.#work = work;
    this.#onSent = onSent;
  }

  /** Puts a manifest by its digest where it is not there. @throws REGISTRY_ARTIFACT_REFUSED, what the registry fails with */
  async putMissing(place: Place, manifest: WalkedManifest, items: readonly number[]): Promise<void> {
    const { client, repository } = place;
    const key = `${client.registry} ${repository} ${manifest.digest}`;
    const underWay = this.#putting.get(key);
    if (underWay !== undefined) return await underWay;
    const putting = this.#putMissing(place, manifest, items).finally(() => this.#putting.delete(key));
    this.#putting.set(key, putting);
    await putting;
  }

  async #putMissing(place: Place, manifest: WalkedManifest, items: readonly number[]): Promise<void> {
    const { client, repository } = place;
    const { digest } = manifest;
    const found = await this.#work.at(client, (registry) => registry.headManifest(repository, digest));
    if (found === undefined) await this.put(place, manifest, digest, items);
  }

  /** Puts a manifest under a tag or its digest. @throws REGISTRY_ARTIFACT_REFUSED, what the registry fails with */
  async put(
    { client, repository, name }: Place,
    manifest: WalkedManifest,
    reference: string,
    items: readonly number[],
  ): Promise<void> {
    const { mediaType, bytes } = manifest;
    try {
      await this.#work.at(client, (registry) => registry.putManifest(repository, reference, mediaType, bytes));
    } catch (error) {
      throw asRefusedArtifact(error, manifest, name);
    }
    this.#onSent(bytes.byteLength, items);
  }

  /** What refers to another manifest as it is there, in its own form or in the older one; undefined when it is not. */
  async findReferrer({ client, repository }: Place, manifest: WalkedManifest): Promise<WalkedManifest | undefined> {
    for (const form of [manifest, inOci10Form(manifest)]) {
      if (form === undefined) continue;
      if (await this.#work.at(client, (registry) => registry.headManifest(repository, form.digest))) return form;
    }
    return undefined;
  }

  /**
   * Puts what refers to another manifest, in its own form or in the older one where that is refused: nothing pins its digest.
   *
   * @returns what was put, and whether the registry lists it by itself
   */
  async putReferrer(
    place: Place,
    manifest: WalkedManifest,
    items: readonly number[],
  ): Promise<{ readonly manifest: WalkedManifest; readonly listed: boolean }> {
    try {
      return await this.#putReferrer(place, manifest, items);
    } catch (error) {
      const older = isSealiftError(error, 'REGISTRY_REFUSED') ? inOci10Form(manifest) : undefined;
      if (older === undefined) throw asRefusedArtifact(error, manifest);
      return await this.#putReferrer(place, older, items);
    }
  }

  async #putReferrer({ client, repository }: Place, manifest: WalkedManifest, items: readonly number[]) {
    const { mediaType, bytes } = manifest;
    const listed = await this.#work.at(client, (registry) => registry.putReferrer(repository, mediaType, bytes));
    this.#onSent(bytes.byteLength, items);
    return { manifest, listed };
  }
}

/** Whose artifacts a registry does not take is told so; other failures are what they are. */
function asRefusedArtifact(error: unknown, manifest: WalkedManifest, name: string = manifest.digest): unknown {
  const type = artifactTypeOf(manifest);
  if (type === undefined || !isSealiftError(error, 'REGISTRY_REFUSED')) return error;
  const place = error.place === undefined ? {} : { place: error.place };
  const values = { name, type, reason: error.message };
  return new SealiftError('REGISTRY_ARTIFACT_REFUSED', { values, ...place, cause: error });
}
