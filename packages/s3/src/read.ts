import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { bodyOf } from '@sealift/io/http/body';
import { type S3Client, idleTimeoutMs } from './client.ts';

/** An object that is being read. */
export interface OpenObject {
  /** Null where the store does not tell. */
  readonly sizeBytes: number | null;
  /** Read once, to its end or until who reads it leaves. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Lets go of what nobody has begun to read. */
  close(): void;
}

/**
 * Opens an object. Where the line is cut, reading goes on where it stopped, of the same content.
 *
 * @throws S3_…, CANCELLED; so does reading
 */
export async function openObject(client: S3Client, name: string, cancel?: AbortSignal): Promise<OpenObject> {
  const key = `${client.settings.prefix}${name}`;
  const ask = (headers: Readonly<Record<string, string>>) =>
    client.send({ method: 'GET', key, headers, doing: `give ${key}`, cancel });
  const askOn = (from: number, etag: string) =>
    ask({ range: `bytes=${from}-`, 'if-match': etag }).catch((error: unknown) => {
      // The refusal of a condition: that of writing is that something is there.
      throw isSealiftError(error, 'S3_OBJECT_EXISTS') ? changed(client, key) : error;
    });
  const first = await client.retry(cancel, () => ask({}));
  const { etag, 'content-length': length } = first.headers;
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    let at = 0;
    let answer: typeof first | undefined = first;
    for (let isWhole = false; !isWhole; ) {
      const from = at;
      // Anything but a part that begins there, such as the whole object again, would be joined wrongly.
      answer ??= await client.retry(cancel, () => askOn(from, etag ?? ''));
      if (at > 0 && answer.statusCode !== 206) {
        answer.destroy();
        throw changed(client, key);
      }
      try {
        for await (const some of bodyOf(answer, { idleTimeoutMs, cancel })) {
          at += some.byteLength;
          yield some;
        }
        isWhole = true;
      } catch (error) {
        const failure = client.failed(error);
        // It goes on only where something came: a store that sends nothing is asked no second time.
        if (at === from || etag === undefined || cancel?.aborted === true) throw failure;
        answer = undefined;
      }
    }
  };
  return { sizeBytes: length === undefined ? null : Number(length), bytes: bytes(), close: () => void first.destroy() };
}

function changed({ settings: { endpoint } }: S3Client, key: string): SealiftError {
  return new SealiftError('S3_ANSWER_INVALID', {
    values: { endpoint, reason: `${key} was another one when the rest of it was read` },
  });
}
