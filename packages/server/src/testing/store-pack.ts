import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { SecretKey } from '@sealift/bundle/minisign';
import { makePackReleaseFiles } from '@sealift/bundle/pack-marker';
import { packReleaseSchema } from '@sealift/core/release';
import { type Descriptor, mediaTypes } from '@sealift/oci/descriptor';
import { type Digest, digestOf } from '@sealift/oci/digest';
import { emptyConfigBytes, packArtifactType } from '@sealift/oci/pack-artifact';
import { catalogRepository, packReference, packTag } from '@sealift/oci/reference';
import type { RegistryStorage } from '@sealift/registry/storage';
import { packTar } from 'modern-tar';
import { packBase } from '../catalogue/content-paths.ts';

export interface StoredPack {
  readonly tag: string;
  /** Of the pack's own manifest and archive. */
  readonly digest: Digest;
  readonly archive: Digest;
  readonly repository: string;
}

/** Puts a pack that was released by itself into a registry's folder, without HTTP. */
export async function storePack(
  storage: RegistryStorage,
  key: SecretKey,
  {
    name,
    version = '1.0.0',
    values = 'a: 1\n',
  }: { readonly name: string; readonly version?: string; readonly values?: string },
): Promise<StoredPack> {
  const description = JSON.stringify({ name, version, layer: 'addon', displayName: `The ${name}` });
  const entry = (file: string, body: string) => ({
    header: { name: file, size: body.length, mtime: new Date(0) },
    body,
  });
  const bytes = gzipSync(await packTar([entry('pack.json', description), entry('values.yaml', values)]));
  const { repository, tag } = packReference(packBase, name, version);
  const archive = { mediaType: mediaTypes.layerGzip, bytes };
  const digest = await putArtifact(storage, { repository, tag, type: packArtifactType, layers: [archive] });
  const pack = { name, version, layer: 'addon', digest, sizeBytes: bytes.length };
  const release = packReleaseSchema.parse({ apiVersion: 'sealift.dev/v1', kind: 'PackRelease', pack, images: [] });
  const { json, signature } = makePackReleaseFiles(release, key);
  const marker = packTag(name, version);
  await putArtifact(storage, {
    repository: catalogRepository(packBase),
    tag: marker,
    type: 'application/vnd.sealift.pack-release.v1',
    layers: [
      { mediaType: 'application/vnd.sealift.pack-release.v1+json', bytes: json },
      { mediaType: 'application/vnd.sealift.minisign.v1', bytes: signature },
    ],
  });
  return { tag: marker, digest, archive: digestOf(bytes), repository };
}

interface Artifact {
  readonly repository: string;
  readonly tag: string;
  readonly type: string;
  readonly layers: readonly { readonly mediaType: string; readonly bytes: Buffer }[];
}

async function putArtifact(storage: RegistryStorage, { repository, tag, type, layers }: Artifact): Promise<Digest> {
  const put = async (mediaType: string, bytes: Buffer): Promise<Descriptor> => {
    const id = await storage.uploads.start(repository);
    await storage.uploads.finish(repository, id, digestOf(bytes), Readable.from([bytes]), bytes.length);
    await storage.blobs.link(repository, digestOf(bytes));
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  };
  const config = await put(type, Buffer.from(emptyConfigBytes));
  const descriptors: Descriptor[] = [];
  for (const { mediaType, bytes } of layers) descriptors.push(await put(mediaType, bytes));
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: descriptors };
  const bytes = Buffer.from(JSON.stringify(manifest));
  await storage.manifests.put(repository, tag, mediaTypes.manifest, bytes);
  return digestOf(bytes);
}
