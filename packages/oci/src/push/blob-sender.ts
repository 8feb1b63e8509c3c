import type { Readable } from 'node:stream';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { Descriptor } from '../descriptor.ts';
import type { RegistryClient } from '../registry-client/client.ts';
import type { UploadSession } from '../registry-client/upload-sessions.ts';
import { readableOver } from '../verify-stream.ts';
import { ChunkCutter } from './chunk-cutter.ts';
import type { UploadJournal } from './upload-journal.ts';

const defaultChunkBytes = 32 * 1024 * 1024;

/** How blobs are sent. */
export interface BlobSenderOptions {
  readonly journal: UploadJournal;
  /** The most that is sent again after a cut, in bytes; smaller blobs go in one piece. */
  readonly chunkBytes?: number | undefined;
  /** The blob's checked bytes, whole. */
  readonly open: (blob: Descriptor) => Promise<Readable>;
  /** How much of the blob the registry holds or is being sent, in bytes from its begin. */
  readonly onPosition: (blob: Descriptor, position: number) => void;
  /** Bytes that went out, also those that had to go again. */
  readonly onSent: (bytes: number) => void;
}

/**
 * Sends blobs: large ones in chunks through a session that is remembered, so that a failed or killed attempt is taken up at
 * the chunk where it was. One call is one attempt; whoever retries just calls again. The whole blob is read and hashed each
 * time, what the registry has already too, so that nothing goes out that was not checked.
 */
export class BlobSender {
  readonly #options: BlobSenderOptions;
  readonly #chunkBytes: number;
  readonly #withoutChunks = new WeakSet<RegistryClient>();

  constructor(options: BlobSenderOptions) {
    this.#options = options;
    this.#chunkBytes = options.chunkBytes ?? defaultChunkBytes;
  }

  /** @throws what the registry or the content's own stream fails with */
  async send(client: RegistryClient, repository: string, blob: Descriptor): Promise<void> {
    if (blob.size <= this.#chunkBytes || this.#withoutChunks.has(client)) {
      await client.pushBlob(repository, blob.digest, blob.size, () => this.#whole(blob));
      return;
    }
    const key = `${client.registry}/${repository}@${blob.digest}`;
    const session = await this.#session(client, repository, key, blob.size);
    const resumed = session.offset > 0;
    try {
      await this.#chunks(client, blob, session, key);
    } catch (error) {
      if (!isSealiftError(error, 'REGISTRY_REFUSED')) throw error;
      await this.#options.journal.forget(key);
      // What was taken up again may not be what was sent before; else this registry takes no chunks at all.
      if (!resumed) this.#withoutChunks.add(client);
      await client.uploads.cancel(session);
      await this.send(client, repository, blob);
      return;
    }
    await this.#options.journal.forget(key);
  }

  async #session(client: RegistryClient, repository: string, key: string, size: number): Promise<UploadSession> {
    const known = await this.#options.journal.find(key);
    if (known !== undefined && URL.canParse(known)) {
      const session = await resumeIfKnown(client, repository, new URL(known));
      if (session !== undefined && session.offset <= size) return session;
      await this.#options.journal.forget(key);
    }
    return await client.uploads.start(repository);
  }

  async #chunks(client: RegistryClient, blob: Descriptor, begun: UploadSession, key: string): Promise<void> {
    const { journal, onPosition, onSent } = this.#options;
    const cutter = new ChunkCutter(await this.#options.open(blob));
    try {
      let session = begun;
      await cutter.skip(session.offset);
      onPosition(blob, session.offset);
      while (session.offset < blob.size) {
        await journal.record(key, session.url.href);
        const size = Math.min(Math.max(this.#chunkBytes, session.minChunkBytes), blob.size - session.offset);
        let position = session.offset;
        const piece = cutter.piece(size, (bytes) => {
          position += bytes;
          onSent(bytes);
          onPosition(blob, position);
        });
        session = await client.uploads.append(session, size, once(piece));
      }
      await journal.record(key, session.url.href);
      await cutter.end();
      await client.uploads.finish(session, blob.digest);
    } finally {
      cutter.close();
    }
  }

  async #whole(blob: Descriptor): Promise<Readable> {
    const source = await this.#options.open(blob);
    return readableOver(this.#counted(blob, source), source);
  }

  async *#counted(blob: Descriptor, source: Readable): AsyncGenerator<Uint8Array, void, undefined> {
    let position = 0;
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      yield chunk;
      position += chunk.byteLength;
      this.#options.onSent(chunk.byteLength);
      this.#options.onPosition(blob, position);
    }
  }
}

/** What an earlier run left may lead nowhere any more, which must not keep this one from sending the blob anew. */
async function resumeIfKnown(client: RegistryClient, repository: string, url: URL): Promise<UploadSession | undefined> {
  try {
    return await client.uploads.resume(repository, url);
  } catch (error) {
    const isPassing = isSealiftError(error, 'REGISTRY_BUSY') || isSealiftError(error, 'REGISTRY_FAILED');
    const isCut = isSealiftError(error, 'REGISTRY_UNREACHABLE') && url.host === client.registry;
    if (isPassing || isCut || isSealiftError(error, 'PUSH_CANCELLED')) throw error;
    return undefined;
  }
}

/** A piece of a stream can be sent once; a request that needs it again (a login that ended) is taken up by the next attempt. */
function once(piece: Readable): () => Promise<Readable> {
  let given = false;
  return () => {
    if (given) {
      return Promise.reject(new SealiftError('REGISTRY_FAILED', { values: { reason: 'the login ended meanwhile' } }));
    }
    given = true;
    return Promise.resolve(piece);
  };
}
