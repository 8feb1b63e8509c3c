import { children } from '@sealift/io/xml/element';
import { documentOf, textOf } from './answer.ts';
import type { S3Client } from './client.ts';

/** What a store has under a name. */
export interface StoredObject {
  /** Without the prefix. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** Of 1,000 names each; nobody keeps so many backups under one prefix. */
const mostPages = 100;

/** What lies directly below the prefix. @throws S3_…, CANCELLED */
export async function listObjects(client: S3Client, cancel?: AbortSignal): Promise<readonly StoredObject[]> {
  const { prefix, bucket } = client.settings;
  const found: StoredObject[] = [];
  let after: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const query = {
      'list-type': '2',
      delimiter: '/',
      prefix,
      ...(after === undefined ? {} : { 'continuation-token': after }),
    };
    const { bytes } = await client.call({ method: 'GET', key: '', query, doing: `list the bucket ${bucket}`, cancel });
    const root = documentOf(bytes, client.settings, 'ListBucketResult');
    for (const one of children(root, 'Contents')) {
      const key = textOf(one, 'Key') ?? '';
      if (key.startsWith(prefix))
        found.push({ name: key.slice(prefix.length), sizeBytes: Number(textOf(one, 'Size')) });
    }
    after = textOf(root, 'IsTruncated') === 'true' ? textOf(root, 'NextContinuationToken') : undefined;
    if (after === undefined) break;
  }
  return found;
}

/**
 * Gives up uploads in parts that were begun before a time and are not whole: their writer was killed. A store keeps, and charges for, their parts for
 * ever else.
 *
 * @returns how many there were
 * @throws S3_…, CANCELLED
 */
export async function giveUpOldUploads(client: S3Client, before: Date, cancel?: AbortSignal): Promise<number> {
  const { prefix, bucket } = client.settings;
  const doing = `list the unfinished uploads of the bucket ${bucket}`;
  const { bytes } = await client.call({ method: 'GET', key: '', query: { uploads: '', prefix }, doing, cancel });
  const old = children(documentOf(bytes, client.settings, 'ListMultipartUploadsResult'), 'Upload').flatMap((one) => {
    const [key = '', uploadId = '', initiated = ''] = ['Key', 'UploadId', 'Initiated'].map((name) => textOf(one, name));
    return key.startsWith(prefix) && new Date(initiated) < before ? [{ key, uploadId }] : [];
  });
  for (const { key, uploadId } of old) await giveUpUpload(client, key, uploadId, cancel);
  return old.length;
}

/** @throws S3_…, CANCELLED */
export async function giveUpUpload(
  client: S3Client,
  key: string,
  uploadId: string,
  cancel?: AbortSignal,
): Promise<void> {
  await client.call({ method: 'DELETE', key, query: { uploadId }, doing: `give up the upload of ${key}`, cancel });
}

/** Removes an object; one that is not there is no failure. @throws S3_…, CANCELLED */
export async function removeObject(client: S3Client, name: string, cancel?: AbortSignal): Promise<void> {
  const key = `${client.settings.prefix}${name}`;
  await client.call({ method: 'DELETE', key, doing: `remove ${key}`, cancel });
}
