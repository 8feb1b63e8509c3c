import { z } from 'zod';
import { archiveInvalid } from '../archive/archive-invalid.ts';
import { TarIndex } from '../archive/tar-index.ts';
import type { ContentSource } from '../content.ts';
import { type Index, indexSchema } from '../descriptor.ts';
import { SealiftError } from '@sealift/core/errors';
import { openLayout } from '../layout.ts';
import { verifiedReadable } from '../verify-stream.ts';
import type { ImageSource } from './image-source.ts';
import { readEntries } from './layout-entries.ts';

const indexLimitBytes = 32 * 1024 * 1024;
const markerSchema = z.looseObject({ imageLayoutVersion: z.string().startsWith('1.') });

/** The images of an OCI image layout folder. @throws LAYOUT_INVALID, CONTENT_DIGEST_MISMATCH */
export async function openLayoutImages(folder: string): Promise<ImageSource> {
  const layout = await openLayout(folder);
  return { ...(await sourceOf(layout.index, layout)), [Symbol.asyncDispose]: async () => await Promise.resolve() };
}

/**
 * The images of an OCI image layout inside a tar (`oci-archive:` of skopeo, `docker save` of Docker 25 and newer), read in place.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, IMAGE_ARCHIVE_INVALID, CONTENT_DIGEST_MISMATCH
 */
export async function openOciArchive(path: string): Promise<ImageSource> {
  const tar = await TarIndex.open(path);
  try {
    await readJson(tar, 'oci-layout', markerSchema);
    const index = await readJson(tar, 'index.json', indexSchema);
    return {
      ...(await sourceOf(index, contentOf(tar))),
      [Symbol.asyncDispose]: async () => await tar[Symbol.asyncDispose](),
    };
  } catch (error) {
    await tar[Symbol.asyncDispose]();
    throw error;
  }
}

/** Reads a small JSON file of an archive. @throws IMAGE_ARCHIVE_INVALID, INPUT_TOO_LARGE */
export async function readJson<Schema extends z.ZodType>(
  tar: TarIndex,
  path: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const bytes = await tar.read(path, indexLimitBytes);
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const reason = issue === undefined ? 'not JSON' : `${issue.path.join('.')}: ${issue.message}`;
    throw archiveInvalid(tar.path, `${path.slice(0, 200)} is not as it should be (${reason})`);
  }
}

async function sourceOf(index: Index, content: ContentSource): Promise<Omit<ImageSource, keyof AsyncDisposable>> {
  return { ...(await readEntries(index, content)), manifests: content, blobs: content, remote: false };
}

function contentOf(tar: TarIndex): ContentSource {
  const fileOf = (digest: string) => tar.find(`blobs/sha256/${digest.slice('sha256:'.length)}`);
  return {
    size: (digest) => Promise.resolve(fileOf(digest)?.size),
    open: (digest, range) => {
      const file = fileOf(digest);
      const { path: place } = tar;
      if (file === undefined) return Promise.reject(new SealiftError('CONTENT_MISSING', { values: { digest }, place }));
      const stream = tar.stream(file, range);
      return Promise.resolve(
        range === undefined ? verifiedReadable(stream, { digest, size: file.size, place }) : stream,
      );
    },
  };
}
