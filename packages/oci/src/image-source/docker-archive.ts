import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { canonicalJson } from '@sealift/core/canonical-json';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import { archiveInvalid } from '../archive/archive-invalid.ts';
import { type TarFile, TarIndex } from '../archive/tar-index.ts';
import type { ContentSource } from '../content.ts';
import { type Descriptor, mediaTypes } from '../descriptor.ts';
import { type Digest, digestOf } from '../digest.ts';
import { verifiedReadable } from '../verify-stream.ts';
import type { ImageSource, SourceImage } from './image-source.ts';
import { readJson } from './layout-images.ts';

const configLimitBytes = 4 * 1024 * 1024;
const layerLimit = 1000;

/** `manifest.json` of `docker save` (moby, image/spec: "Combined Image JSON + Filesystem Changeset Format"). */
const savedSchema = z
  .array(
    z.looseObject({
      Config: z.string().min(1).max(500),
      RepoTags: z.array(z.string().max(500)).max(1000).nullish(),
      Layers: z.array(z.string().min(1).max(500)).max(layerLimit),
    }),
  )
  .max(10_000);
const configSchema = z.looseObject({
  rootfs: z.looseObject({
    diff_ids: z.array(z.string().regex(/^sha256:[0-9a-f]{64}$/)).max(layerLimit),
  }),
});

/**
 * The images of a `docker save` archive, read in place. The configuration and the layers stay byte for byte as they are, so
 * a layer is an uncompressed tar (or gzip, where the tool that saved it left it so); only the manifest is made here, always
 * the same from the same archive. A configuration that its name does not fit, and a layer that the configuration does not list, are refused.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, IMAGE_ARCHIVE_INVALID
 */
export async function openDockerArchive(path: string): Promise<ImageSource> {
  const tar = await TarIndex.open(path);
  try {
    const conversion = new Conversion(tar);
    const images: SourceImage[] = [];
    for (const { Config, RepoTags, Layers } of await readJson(tar, 'manifest.json', savedSchema)) {
      const descriptor = await conversion.add(Config, Layers);
      const names = RepoTags ?? [];
      if (names.length === 0) images.push({ name: undefined, descriptor });
      else images.push(...names.map((name) => ({ name, descriptor })));
    }
    const content = conversion.content();
    return {
      images,
      manifests: content,
      blobs: content,
      remote: false,
      // The format has no place for attachments.
      referrersOf: () => Promise.resolve([]),
      taggedFor: () => Promise.resolve([]),
      [Symbol.asyncDispose]: async () => await tar[Symbol.asyncDispose](),
    };
  } catch (error) {
    await tar[Symbol.asyncDispose]();
    throw error;
  }
}

/** Makes OCI manifests over the files of an archive. */
class Conversion {
  readonly #tar: TarIndex;
  readonly #made = new Map<Digest, Buffer>();
  readonly #files = new Map<Digest, TarFile>();
  readonly #compressed = new Map<number, Descriptor>();

  constructor(tar: TarIndex) {
    this.#tar = tar;
  }

  async add(configPath: string, layerPaths: readonly string[]): Promise<SourceImage['descriptor']> {
    const bytes = await this.#tar.read(configPath, configLimitBytes);
    const digest = digestOf(bytes);
    const [named] = /[0-9a-f]{64}/.exec(configPath) ?? [];
    if (named !== undefined && digest !== `sha256:${named}`) {
      throw archiveInvalid(this.#tar.path, `the configuration ${configPath} has another digest than its name says`);
    }
    const { rootfs } = await readJson(this.#tar, configPath, configSchema);
    const ids = rootfs.diff_ids as readonly Digest[];
    if (ids.length !== layerPaths.length) {
      throw archiveInvalid(
        this.#tar.path,
        `${configPath} lists ${ids.length} layers, and manifest.json ${layerPaths.length}`,
      );
    }
    const layers: Descriptor[] = [];
    for (const [at, layerPath] of layerPaths.entries()) layers.push(await this.#layer(layerPath, ids[at] ?? digest));
    this.#made.set(digest, bytes);
    const config = { mediaType: mediaTypes.config, digest, size: bytes.byteLength };
    const manifest = Buffer.from(canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers }));
    const manifestDigest = digestOf(manifest);
    this.#made.set(manifestDigest, manifest);
    return { mediaType: mediaTypes.manifest, digest: manifestDigest, size: manifest.byteLength };
  }

  content(): ContentSource {
    const place = this.#tar.path;
    return {
      size: (digest) => Promise.resolve(this.#made.get(digest)?.byteLength ?? this.#files.get(digest)?.size),
      open: (digest, range) => {
        const made = this.#made.get(digest);
        const file = this.#files.get(digest);
        if (made !== undefined) return Promise.resolve(Readable.from([made.subarray(range?.start, range?.end)]));
        if (file === undefined) {
          return Promise.reject(new SealiftError('CONTENT_MISSING', { values: { digest }, place }));
        }
        const stream = this.#tar.stream(file, range);
        return Promise.resolve(
          range === undefined ? verifiedReadable(stream, { digest, size: file.size, place }) : stream,
        );
      },
    };
  }

  async #layer(path: string, diffId: Digest): Promise<Descriptor> {
    const file = this.#tar.find(path);
    if (file === undefined) throw archiveInvalid(this.#tar.path, `the layer ${path} is not in it`);
    if (!(await this.#isGzip(file))) {
      // A plain layer's digest is its diff ID (OCI image-spec, config.md, "Layer DiffID"): checked when it is read.
      this.#files.set(diffId, file);
      return { mediaType: mediaTypes.layerTar, digest: diffId, size: file.size };
    }
    const known = this.#compressed.get(file.offset);
    const layer = known ?? (await this.#hashCompressed(path, file, diffId));
    this.#compressed.set(file.offset, layer);
    this.#files.set(layer.digest, file);
    return layer;
  }

  async #isGzip(file: TarFile): Promise<boolean> {
    let start = '';
    for await (const chunk of this.#tar.stream(file, { start: 0, end: 2 }) as AsyncIterable<Buffer>) {
      start += chunk.toString('hex');
    }
    return start === '1f8b';
  }

  /** One pass gives the digest of the layer as it is, and shows that it unpacks to what the configuration lists. */
  async #hashCompressed(path: string, file: TarFile, diffId: Digest): Promise<Descriptor> {
    const packed = createHash('sha256');
    const plain = createHash('sha256');
    const stream = this.#tar.stream(file);
    stream.on('data', (chunk: Buffer) => packed.update(chunk));
    try {
      const unpacked = pipeline(stream, createGunzip({ chunkSize: 1024 * 1024 }), () => undefined);
      for await (const chunk of unpacked as AsyncIterable<Buffer>) plain.update(chunk);
    } catch (error) {
      const reason = reasonOf(error);
      throw archiveInvalid(this.#tar.path, `the layer ${path} cannot be unpacked (${reason})`);
    }
    if (`sha256:${plain.digest('hex')}` !== diffId) {
      throw archiveInvalid(this.#tar.path, `the layer ${path} is not the one that the configuration lists`);
    }
    return { mediaType: mediaTypes.layerGzip, digest: `sha256:${packed.digest('hex')}`, size: file.size };
  }
}
