import type { IncomingMessage } from 'node:http';
import { SealiftError } from '@sealift/core/errors';
import { child, type XmlElement } from '@sealift/io/xml/element';
import { readXml, XmlRefused } from '@sealift/io/xml/read-xml';
import type { S3Settings } from './settings.ts';

const limits = { bytes: 4 * 1024 * 1024, depth: 20, elements: 50_000 };

/** The document of an answer; its root has one of these names. @throws S3_ANSWER_INVALID */
export function documentOf(bytes: Uint8Array, { endpoint }: S3Settings, ...roots: readonly string[]): XmlElement {
  try {
    const root = readXml(bytes, limits);
    if (roots.includes(root.name)) return root;
    throw new XmlRefused(`it answers ${root.name.slice(0, 100)} where ${roots.join(' or ')} is expected`);
  } catch (error) {
    if (!(error instanceof XmlRefused)) throw error;
    throw new SealiftError('S3_ANSWER_INVALID', { values: { endpoint, reason: error.message }, cause: error });
  }
}

/** What stands in the first child of a name. */
export function textOf(element: XmlElement, name: string): string | undefined {
  return child(element, name)?.text;
}

/** What was wanted of a store when it refused. */
export interface Asked {
  /** In words that go after "does not": `write backups/x`. */
  readonly doing: string;
  readonly key: string;
  readonly sentAt: Date;
}

/**
 * What a refusal means, by its code (Amazon S3 API Reference, "Error responses"), as other stores give it too. Its words are shown as they are, shortened.
 *
 * @param answer whose status is no success, or 200 with an error inside
 */
export function refusalOf(
  settings: S3Settings,
  { doing, key, sentAt }: Asked,
  answer: Pick<IncomingMessage, 'statusCode' | 'headers'>,
  bytes: Uint8Array,
): SealiftError {
  const { endpoint, bucket, accessKey, region } = settings;
  const status = answer.statusCode ?? 0;
  const error = errorIn(bytes);
  const code = (error === undefined ? undefined : textOf(error, 'Code')) ?? '';
  const words = shortened((error === undefined ? undefined : textOf(error, 'Message')) ?? '');
  const said = code === '' ? '' : `, ${shortened(code)}${words === '' ? '' : `: ${words}`}`;
  const common = { endpoint, said };
  if (code === 'RequestTimeTooSkewed') {
    const there = answer.headers.date === undefined ? 'another time' : isoDate(answer.headers.date);
    return new SealiftError('S3_CLOCK_SKEWED', { values: { endpoint, here: sentAt.toISOString(), there } });
  }
  const wanted = regionIn(answer, error, words);
  if (redirects.has(status) || code === 'PermanentRedirect' || wanted !== undefined) {
    const expected = wanted === undefined || wanted === region ? said : `, but of ${wanted}`;
    return new SealiftError('S3_REGION_OTHER', { values: { endpoint, bucket, region, expected } });
  }
  if (code === 'NoSuchBucket') return new SealiftError('S3_BUCKET_MISSING', { values: { endpoint, bucket } });
  if (code === 'NoSuchKey') return new SealiftError('S3_OBJECT_MISSING', { values: { endpoint, bucket, key } });
  if (code === 'PreconditionFailed' || code === 'ConditionalRequestConflict' || status === 412) {
    return new SealiftError('S3_OBJECT_EXISTS', { values: { endpoint, bucket, key } });
  }
  if (logins.has(code)) return new SealiftError('S3_LOGIN_REFUSED', { values: { ...common, accessKey } });
  if (status === 401 || status === 403) {
    return new SealiftError('S3_DENIED', { values: { ...common, accessKey, doing } });
  }
  const busy = status === 429 || (status >= 500 && status !== 501 && status !== 507) || busyCodes.has(code);
  if (busy) return new SealiftError('S3_BUSY', { values: { ...common, doing, status } });
  if (error === undefined) {
    const reason = `it answers ${status} and nothing that is an error of S3`;
    return new SealiftError('S3_ANSWER_INVALID', { values: { endpoint, reason } });
  }
  return new SealiftError('S3_REFUSED', { values: { ...common, doing, status } });
}

const redirects: ReadonlySet<number> = new Set([301, 302, 307, 308]);
const logins: ReadonlySet<string> = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'InvalidToken',
  'ExpiredToken',
  // Of Versity's gateway, where others say InvalidAccessKeyId.
  'XAdminUserNotFound',
  'AuthorizationHeaderMalformed',
]);
const busyCodes: ReadonlySet<string> = new Set(['SlowDown', 'RequestTimeout', 'OperationAborted']);

/** The error document in a body, if that is one. */
function errorIn(bytes: Uint8Array): XmlElement | undefined {
  try {
    const root = readXml(bytes, limits);
    return root.name === 'Error' ? root : undefined;
  } catch (error) {
    if (error instanceof XmlRefused) return undefined;
    throw error;
  }
}

/** The region that a refusal names as the right one. */
function regionIn(
  { headers }: Pick<IncomingMessage, 'headers'>,
  error: XmlElement | undefined,
  words: string,
): string | undefined {
  if (error === undefined || !/region/i.test(`${textOf(error, 'Code')} ${words}`)) return undefined;
  const header = headers['x-amz-bucket-region'];
  const named = /expecting ['"]?([A-Za-z0-9-]+)/.exec(words)?.[1];
  return (typeof header === 'string' ? header : undefined) ?? textOf(error, 'Region') ?? named;
}

function isoDate(header: string): string {
  const date = new Date(header);
  return Number.isNaN(date.getTime()) ? 'another time' : date.toISOString();
}

function shortened(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 300);
}
