import type { Readable } from 'node:stream';
import { isSealiftError } from '@sealift/core/errors';
import type { Descriptor } from '../descriptor.ts';
import type { RegistryClient } from '../registry-client/client.ts';
import type { UploadSession } from '../registry-client/upload-sessions.ts';
import { readableOver } from '../verify-stream.ts';
import { Pieces } from './pieces.ts';
import type { UploadJournal } from './upload-journal.ts';

const defaultChunkBytes = 32 * 1024 * 1024;
/** No body limit in use is smaller than this. */
const leastChunkBytes = 64 * 1024;

/** How blobs are sent. */
export interface BlobSenderOptions {
  readonly journal: UploadJournal;
  /** The most that goes in one request, in bytes, and is sent again after a cut; smaller blobs go in one piece. */
  readonly chunkBytes?: number | undefined;
  /** The blob's checked bytes, whole. */
  readonly open: (blob: Descriptor) => Promise<Readable>;
  /** How much of the blob the registry holds or is being sent, in bytes from its begin. */
  readonly onPosition: (blob: Descriptor, position: number) => void;
  /** Bytes that went out, also those that had to go again. */
  readonly onSent: (bytes: number) => void;
}

/** What was learned of a registry. Views of one client are told apart by `registry`. */
interface Habits {
  /** The most that it takes in one request, in bytes, as far as is known. */
  chunkBytes: number;
  /** It takes blobs in one piece only. */
  wholeOnly: boolean;
}

/**
 * Sends blobs: large ones in chunks through a session that is remembered, so that a failed or killed attempt is taken up at
 * the chunk where it was. A chunk that is too large for the registry is halved, for all that follow too. One call is one attempt; whoever
 * retries just calls again. The whole blob is read and hashed each time, what the registry has already too, so that nothing goes out that
 * was not checked.
 */
export class BlobSender {
  readonly #options: BlobSenderOptions;
  readonly #habits = new Map<string, Habits>();

  constructor(options: BlobSenderOptions) {
    this.#options = options;
  }

  /** @throws what the registry or the content's own stream fails with */
  async send(client: RegistryClient, repository: string, blob: Descriptor): Promise<void> {
    const habits = this.#habitsOf(client);
    if (habits.wholeOnly || blob.size <= habits.chunkBytes) return await this.#whole(client, repository, blob);
    const key = `${client.registry}/${repository}@${blob.digest}`;
    const session = await this.#session(client, repository, key, blob.size);
    const resumed = session.offset > 0;
    try {
      await this.#chunks(client, blob, session, key);
    } catch (error) {
      if (!isSealiftError(error, 'REGISTRY_REFUSED')) throw error;
      await this.#options.journal.forget(key);
      // What was taken up again may not be what was sent before; else this registry takes no chunks at all.
      if (!resumed) habits.wholeOnly = true;
      await client.uploads.cancel(session);
      return await this.send(client, repository, blob);
    }
    await this.#options.journal.forget(key);
  }

  async #whole(client: RegistryClient, repository: string, blob: Descriptor): Promise<void> {
    const habits = this.#habitsOf(client);
    try {
      await client.pushBlob(repository, blob.digest, blob.size, () => this.#open(blob));
    } catch (error) {
      if (habits.wholeOnly || !this.#halves(habits, blob.size, error)) throw error;
      await this.send(client, repository, blob);
    }
  }

  /** Whether what was refused as too large is to be tried in pieces of half the size. */
  #halves(habits: Habits, refusedBytes: number, error: unknown): boolean {
    const half = Math.floor(refusedBytes / 2);
    if (!isSealiftError(error, 'REGISTRY_BODY_LIMIT') || half < leastChunkBytes) return false;
    // Several may be refused at once, and must not halve it several times.
    habits.chunkBytes = Math.min(habits.chunkBytes, half);
    return true;
  }

  #habitsOf({ registry }: RegistryClient): Habits {
    const chunkBytes = this.#options.chunkBytes ?? defaultChunkBytes;
    const known = this.#habits.get(registry) ?? { chunkBytes, wholeOnly: false };
    this.#habits.set(registry, known);
    return known;
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
    const { journal, onPosition } = this.#options;
    const habits = this.#habitsOf(client);
    using pieces = new Pieces(() => this.#options.open(blob));
    let session = begun;
    onPosition(blob, session.offset);
    while (session.offset < blob.size) {
      await journal.record(key, session.url.href);
      const { offset, minChunkBytes } = session;
      const size = Math.min(Math.max(habits.chunkBytes, minChunkBytes), blob.size - offset);
      try {
        session = await client.uploads.append(session, size, () =>
          pieces.open(offset, size, (position, bytes) => this.#count(blob, position, bytes)),
        );
      } catch (error) {
        if (size <= minChunkBytes || !this.#halves(habits, size, error)) throw error;
      }
    }
    await journal.record(key, session.url.href);
    await pieces.end(blob.size);
    await client.uploads.finish(session, blob.digest);
  }

  #count(blob: Descriptor, position: number, bytes: number): void {
    this.#options.onSent(bytes);
    this.#options.onPosition(blob, position);
  }

  async #open(blob: Descriptor): Promise<Readable> {
    const source = await this.#options.open(blob);
    return readableOver(this.#counted(blob, source), source);
  }

  async *#counted(blob: Descriptor, source: Readable): AsyncGenerator<Uint8Array, void, undefined> {
    let position = 0;
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      yield chunk;
      position += chunk.byteLength;
      this.#count(blob, position, chunk.byteLength);
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
