import { isSealiftError } from '@sealift/core/errors';
import { documentOf, refusalOf, textOf } from './answer.ts';
import type { S3Client } from './client.ts';
import { giveUpUpload } from './list.ts';

/** What is uploaded: read in parts, some of them more than once. */
export interface UploadSource {
  readonly sizeBytes: number;
  /** Exactly so many bytes from there on. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** So much of an upload is in memory. */
const usualPartBytes = 16 * 1024 * 1024;
/** Amazon S3 User Guide, "Multipart upload limits". */
const mostParts = 10_000;
const giveUpTimeoutMs = 30_000;

/**
 * Uploads under a name that nobody has: whole in one request, or in parts where there are several, of which one is in memory. An upload that fails is
 * given up, so that the store has nothing of it.
 *
 * A store that has done it, and whose word of that was lost, says when it is asked again that there is such an object: so does one whose object is
 * another writer's, so whoever counts on it reads it back.
 *
 * @throws S3_OBJECT_EXISTS, S3_…, CANCELLED, and what the source fails with
 */
export async function upload(
  client: S3Client,
  name: string,
  source: UploadSource,
  {
    partBytes = usualPartBytes,
    cancel,
  }: { readonly partBytes?: number; readonly cancel?: AbortSignal | undefined } = {},
): Promise<void> {
  const key = `${client.settings.prefix}${name}`;
  if (source.sizeBytes <= partBytes) {
    const body = await source.read(0, source.sizeBytes);
    await createOnce(client, cancel, () =>
      client.callOnce({ method: 'PUT', key, headers: unlessThere, body, doing: `write ${key}`, cancel }),
    );
    return;
  }
  const uploadId = await begin(client, key, cancel);
  try {
    const parts = await sendParts(client, { key, uploadId, source, partBytes, cancel });
    await createOnce(client, cancel, () => complete(client, key, uploadId, parts, cancel));
  } catch (error) {
    // Also when it was cancelled, and never for the reason why it could not be given up: the next upload does that.
    await giveUpUpload(client, key, uploadId, AbortSignal.timeout(giveUpTimeoutMs)).catch(() => undefined);
    throw error;
  }
}

const unlessThere = { 'if-none-match': '*' } as const;

/** After an answer was lost, that it is there is what was wanted. */
async function createOnce(
  client: S3Client,
  cancel: AbortSignal | undefined,
  create: () => Promise<unknown>,
): Promise<void> {
  let lost = false;
  await client.retry(cancel, async () => {
    try {
      await create();
    } catch (error) {
      if (lost && (isSealiftError(error, 'S3_OBJECT_EXISTS') || isNoUpload(error))) return;
      lost ||= isSealiftError(error, 'S3_UNREACHABLE') || isSealiftError(error, 'S3_BUSY');
      throw error;
    }
  });
}

/** The upload is gone, for it was completed. */
function isNoUpload(error: unknown): boolean {
  return isSealiftError(error, 'S3_REFUSED') && error.message.includes('NoSuchUpload');
}

async function begin(client: S3Client, key: string, cancel: AbortSignal | undefined): Promise<string> {
  const { bytes } = await client.call({
    method: 'POST',
    key,
    query: { uploads: '' },
    doing: `begin to write ${key}`,
    cancel,
  });
  return textOf(documentOf(bytes, client.settings, 'InitiateMultipartUploadResult'), 'UploadId') ?? '';
}

interface Parts {
  readonly key: string;
  readonly uploadId: string;
  readonly source: UploadSource;
  readonly partBytes: number;
  readonly cancel: AbortSignal | undefined;
}

async function sendParts(client: S3Client, { key, uploadId, source, partBytes, cancel }: Parts): Promise<string[]> {
  const size = Math.max(partBytes, Math.ceil(source.sizeBytes / mostParts));
  const etags: string[] = [];
  for (let at = 0; at < source.sizeBytes; at += size) {
    const body = await source.read(at, Math.min(size, source.sizeBytes - at));
    const query = { partNumber: String(etags.length + 1), uploadId };
    const { answer } = await client.call({ method: 'PUT', key, query, body, doing: `write a part of ${key}`, cancel });
    etags.push(answer.headers.etag ?? '');
  }
  return etags;
}

async function complete(
  client: S3Client,
  key: string,
  uploadId: string,
  etags: readonly string[],
  cancel: AbortSignal | undefined,
): Promise<void> {
  const parts = etags.map((etag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${escaped(etag)}</ETag></Part>`);
  const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
  const doing = `put together the parts of ${key}`;
  const headers = { ...unlessThere, 'content-type': 'application/xml' };
  const { answer, bytes } = await client.callOnce({
    method: 'POST',
    key,
    query: { uploadId },
    headers,
    body,
    doing,
    cancel,
  });
  const root = documentOf(bytes, client.settings, 'CompleteMultipartUploadResult', 'Error');
  // A store answers 200 before it has begun, so that the line stays open, and may fail afterwards.
  if (root.name === 'Error') throw refusalOf(client.settings, { doing, key, sentAt: new Date() }, answer, bytes);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
