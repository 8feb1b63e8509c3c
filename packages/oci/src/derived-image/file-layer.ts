import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { createTarPacker } from 'modern-tar';
import { type Descriptor, mediaTypes } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { LayoutWriter } from '../layout.ts';

/** A file that goes into an image. */
export interface LayerFile {
  /** Where it lies there, without a slash in front: `usr/local/bin/tool`. */
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  /** Where it lies here. */
  readonly path: string;
}

/** A layer, and the digest of what it unpacks to (OCI image-spec, config.md, "Layer DiffID"). */
export interface FileLayer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
}

/**
 * Adds a layer with some files, which belong to root and have no time: the same files give the same tar.
 *
 * @throws FILE_UNREADABLE, FILE_UNWRITABLE
 */
export async function addFileLayer(
  layout: LayoutWriter,
  files: readonly LayerFile[],
  cancel: AbortSignal,
): Promise<FileLayer> {
  const { readable, controller } = createTarPacker();
  const hash = createHash('sha256');
  const fill = async (): Promise<void> => {
    try {
      for (const file of files) await addFile(controller, file, cancel);
      controller.finalize();
    } catch (error) {
      controller.error(error);
      throw error;
    }
  };
  const hashed = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of readable) {
      hash.update(chunk);
      yield chunk;
    }
  };
  const packed = pipeline(Readable.from(hashed()), createGzip({ level: 6, chunkSize: 256 * 1024 }), () => undefined);
  const [filled, written] = await Promise.allSettled([
    fill(),
    layout.addBlob(packed as AsyncIterable<Uint8Array>, { mediaType: mediaTypes.layerGzip }),
  ]);
  // What could not be read ends the writing with the same failure; what could not be written ends the reading with another.
  if (written.status === 'rejected') throw written.reason;
  if (filled.status === 'rejected') throw filled.reason;
  return { descriptor: written.value, diffId: `sha256:${hash.digest('hex')}` };
}

type Controller = ReturnType<typeof createTarPacker>['controller'];

async function addFile(controller: Controller, { name, mode, path }: LayerFile, cancel: AbortSignal): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: reasonOf(error) }, place: path, cause: error });
  }
  const { size } = await file.stat();
  const body = controller.add({ name, mode, size, mtime: new Date(0), uid: 0, gid: 0 });
  // What was added to the file since is no part of it; what was taken away from it is refused by the packer.
  const content = size === 0 ? Readable.from([]) : file.createReadStream({ end: size - 1, highWaterMark: 256 * 1024 });
  try {
    await Readable.toWeb(content).pipeTo(body, { signal: cancel });
  } finally {
    content.destroy();
    await file.close().catch(() => undefined);
  }
}
