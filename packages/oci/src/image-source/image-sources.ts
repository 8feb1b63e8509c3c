import { resolve } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { findCredential } from '../credentials.ts';
import { formatReference, parseReference } from '../reference.ts';
import type { Environment } from '@sealift/io/http/environment';
import { isLoopbackHost } from '@sealift/io/http/loopback';
import { RegistryClient, type RegistryRetry } from '../registry-client/client.ts';
import { openDockerArchive } from './docker-archive.ts';
import type { ImageSource, SourceImage } from './image-source.ts';
import { openLayoutImages, openOciArchive } from './layout-images.ts';
import { parseSource, type SourceName } from './parse-source.ts';
import { openRegistryImage } from './registry-image.ts';

export interface ImageSourcesOptions {
  /** Paths are relative to it. */
  readonly folder: string;
  /** Proxy, CA and `DOCKER_CONFIG`; the process's own when absent. */
  readonly env?: Environment;
  readonly cancel?: AbortSignal | undefined;
  /** Told of what a registry is about to be asked again. */
  readonly onRetry?: ((retry: RegistryRetry) => void) | undefined;
}

/** An image by its full name, from a source that stays open. */
export interface NamedImage extends SourceImage {
  /** Such as `docker.io/library/busybox:1.36`. */
  readonly name: string;
}

/** A source that its opener closes. */
export type OpenSource = Omit<ImageSource, keyof AsyncDisposable>;

/**
 * Opens sources of images and keeps them open until it is disposed of; an archive or a registry that is named twice is opened
 * once. A registry is reached by HTTPS, this machine itself by plain HTTP; logins come from the Docker configuration file.
 */
export class ImageSources implements AsyncDisposable {
  readonly #options: ImageSourcesOptions;
  readonly #opened = new Map<string, ImageSource>();
  readonly #clients = new Map<string, RegistryClient>();

  constructor(options: ImageSourcesOptions) {
    this.#options = options;
  }

  /**
   * The images of a source. An image without a name of its own takes the one asked for, when it is the only one.
   * What only refers to images is none itself, unless the source names it.
   *
   * @param named what to call the image in place of what the source calls it; the source must give one image then
   * @throws BUNDLE_SOURCE_UNSUPPORTED, BUNDLE_SOURCE_EMPTY, REFERENCE_INVALID, LAYOUT_INVALID, IMAGE_ARCHIVE_INVALID, REGISTRY_*,
   *   CREDENTIALS_UNREADABLE, FILE_NOT_FOUND
   */
  async open(
    source: string,
    named?: string,
  ): Promise<{ readonly images: readonly NamedImage[]; readonly source: OpenSource }> {
    const parsed = parseSource(source);
    const opened = await this.#open(parsed);
    const images = pick(opened.images, parsed, source);
    const [first] = images;
    if (named === undefined) return { source: opened, images: images.map((image) => withFullName(image, source)) };
    if (first === undefined || images.some(({ descriptor }) => descriptor.digest !== first.descriptor.digest)) {
      throw empty(source, `it holds ${images.length} images, and they cannot all be named ${named}`);
    }
    return { source: opened, images: [withFullName({ ...first, name: named }, source)] };
  }

  /** The folders and archives that are open: what one holds may refer to an image of another. */
  files(): readonly OpenSource[] {
    return [...this.#opened.values()];
  }

  /** The client of a registry, with the login that this machine has for it. */
  async client(registry: string): Promise<RegistryClient> {
    const known = this.#clients.get(registry);
    if (known !== undefined) return known;
    const { cancel, onRetry } = this.#options;
    const env = this.#options.env ?? process.env;
    const plainHttp = isLoopbackHost(new URL(`http://${registry}/`).hostname);
    const credential = await findCredential(registry, env);
    const client = new RegistryClient({ registry, plainHttp, credential, cancel, env, onRetry });
    this.#clients.set(registry, client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients.values()) client.close();
    for (const source of this.#opened.values()) await source[Symbol.asyncDispose]();
  }

  async #open(parsed: SourceName): Promise<OpenSource> {
    if (parsed.kind === 'docker') {
      const { reference } = parsed;
      return await openRegistryImage(await this.client(reference.registry), reference);
    }
    const path = resolve(this.#options.folder, parsed.path);
    const key = `${parsed.kind}:${path}`;
    const opened = this.#opened.get(key) ?? (await openFile[parsed.kind](path));
    this.#opened.set(key, opened);
    return opened;
  }
}

const openFile: Readonly<Record<Exclude<SourceName['kind'], 'docker'>, (path: string) => Promise<ImageSource>>> = {
  oci: openLayoutImages,
  'oci-archive': openOciArchive,
  'docker-archive': openDockerArchive,
};

function pick(images: readonly SourceImage[], parsed: SourceName, source: string): readonly SourceImage[] {
  if (images.length === 0) throw empty(source, 'it holds no image');
  if (parsed.kind === 'docker' || parsed.only === undefined) return images.filter((image) => !image.isAttachment);
  const { only } = parsed;
  const found = images.filter(({ name }) => name !== undefined && sameName(name, only));
  if (found.length > 0) return found;
  const [image, second] = images;
  if (image !== undefined && second === undefined && image.name === undefined) return [{ ...image, name: only }];
  throw empty(source, `it holds no image named ${only}`);
}

function sameName(name: string, wanted: string): boolean {
  if (name === wanted) return true;
  try {
    return fullName(name) === fullName(wanted);
  } catch {
    return false;
  }
}

/** An image reference in its full form. @throws REFERENCE_INVALID */
export function fullName(reference: string): string {
  return formatReference(parseReference(reference));
}

/** A bare word would become an image of Docker Hub, and is a tag more often: `latest` as buildx writes it. */
function withFullName(image: SourceImage, source: string): NamedImage {
  const { name } = image;
  const hint = `Name it, as in { source: "${source}", name: registry.example/app:1.0 }.`;
  if (name === undefined) throw empty(source, `the image ${image.descriptor.digest} in it has no name`, hint);
  if (!/[:/@]/.test(name))
    throw empty(source, `the name ${JSON.stringify(name)} in it is no full image reference`, hint);
  return { ...image, name: fullName(name) };
}

function empty(source: string, reason: string, hint?: string): SealiftError {
  return new SealiftError('BUNDLE_SOURCE_EMPTY', {
    values: { source: source.slice(0, 300), reason },
    place: source,
    ...(hint === undefined ? {} : { hint }),
  });
}
