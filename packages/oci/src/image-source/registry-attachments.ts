import { isSealiftError } from '@sealift/core/errors';
import { type Descriptor, indexSchema } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { RegistryClient } from '../registry-client/client.ts';
import { cosignTags, referrersTag } from './attachment-tags.ts';
import type { ImageSource, TaggedManifest } from './image-source.ts';

/**
 * What a repository keeps for its manifests: by the referrers API, or where there is none by the tag that stands for the referrers
 * of a subject (OCI distribution-spec 1.1); and under cosign's older tags.
 */
export function attachmentsIn(
  client: RegistryClient,
  repository: string,
): Pick<ImageSource, 'referrersOf' | 'taggedFor'> {
  let hasApi = true;
  return {
    referrersOf: async (subject) => {
      const listed = hasApi ? await listByApi(client, repository, subject) : undefined;
      hasApi = listed !== undefined;
      return listed ?? (await listByTag(client, repository, subject));
    },
    taggedFor: async (subject) => {
      const found = await Promise.all(cosignTags(subject).map((tag) => readTag(client, repository, tag)));
      return found.filter((one) => one !== undefined);
    },
  };
}

/** Some registries answer what they do not know with a page for people: that is no such API either. */
async function listByApi(
  client: RegistryClient,
  repository: string,
  subject: Digest,
): Promise<readonly Descriptor[] | undefined> {
  try {
    return await client.listReferrers(repository, subject);
  } catch (error) {
    if (isSealiftError(error, 'REGISTRY_ANSWER_INVALID')) return undefined;
    throw error;
  }
}

async function listByTag(client: RegistryClient, repository: string, subject: Digest): Promise<readonly Descriptor[]> {
  const tag = referrersTag(subject);
  const found = await client.headManifest(repository, tag);
  // An image that has this tag is no list: its own digest may have been made a tag.
  if (found === undefined || found.digest === subject) return [];
  const { bytes } = await client.getManifest(repository, found.digest);
  try {
    return indexSchema.parse(JSON.parse(bytes.toString('utf8'))).manifests;
  } catch {
    return [];
  }
}

async function readTag(client: RegistryClient, repository: string, tag: string): Promise<TaggedManifest | undefined> {
  const found = await client.headManifest(repository, tag);
  if (found === undefined) return undefined;
  const { digest, mediaType, bytes } = await client.getManifest(repository, found.digest);
  return { tag, descriptor: { mediaType, digest, size: bytes.byteLength } };
}
