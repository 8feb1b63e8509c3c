import { SealiftError } from '@sealift/core/errors';
import type { Secret } from '@sealift/core/secret';

/** A bucket of a store that speaks S3, and how to get there. */
export interface S3Settings {
  /** `https://s3.example:9000`, without a path. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Before every name; empty, or ends with a slash. */
  readonly prefix: string;
  readonly accessKey: string;
  readonly secretKey: Secret;
  /** PEM, trusted beside what this machine trusts. */
  readonly ca: string | null;
  /** Whether the bucket stands in the path, and not in the name of the host. */
  readonly pathStyle: boolean;
}

const parts = {
  region: [/^[A-Za-z0-9-]{1,64}$/, 'the region has up to 64 letters, digits and hyphens'],
  bucket: [/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket has 3 to 63 lower-case letters, digits, dots and hyphens'],
  prefix: [/^(?:[A-Za-z0-9_.-]+\/)*$/, 'the prefix has letters, digits, _ . - and slashes between, and ends with one'],
  accessKey: [
    /^[\x21-\x2b\x2d-\x2e\x30-\x7e]{1,128}$/,
    'an access key has up to 128 characters, none of them a space, comma or slash',
  ],
} as const;

/** Which field is wrong, and why; null where none is. */
export function wrongPart(
  settings: Omit<S3Settings, 'secretKey'>,
): { readonly field: keyof S3Settings; readonly reason: string } | null {
  const { endpoint } = settings;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return { field: 'endpoint', reason: 'the address does not begin with https:// or http://' };
  }
  if (url.username !== '' || url.password !== '') return { field: 'endpoint', reason: 'the address holds a login' };
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return { field: 'endpoint', reason: 'the address has a path; the bucket is a field of its own' };
  }
  for (const field of ['region', 'bucket', 'prefix', 'accessKey'] as const) {
    const [pattern, reason] = parts[field];
    if (!pattern.test(settings[field])) return { field, reason };
  }
  // A part of the path that is . or .. would be resolved before it is sent.
  if (/(?:^|\/)\.\.?\//.test(settings.prefix)) return { field: 'prefix', reason: 'no part of the prefix is . or ..' };
  return null;
}

/** @throws S3_SETTINGS_INVALID */
export function checkSettings(settings: Omit<S3Settings, 'secretKey'>): void {
  const wrong = wrongPart(settings);
  if (wrong === null) return;
  throw new SealiftError('S3_SETTINGS_INVALID', { place: wrong.field, values: { reason: wrong.reason } });
}

/** As people write where something lies; the endpoint tells stores apart. */
export function addressOf({ endpoint, bucket, prefix }: Pick<S3Settings, 'endpoint' | 'bucket' | 'prefix'>): string {
  return `s3://${bucket}/${prefix} at ${new URL(endpoint).origin}`;
}

/** Where a key is, or the bucket itself. */
export function urlOf(
  { endpoint, bucket, pathStyle }: S3Settings,
  key: string,
  query: Readonly<Record<string, string>> = {},
): URL {
  const url = new URL(endpoint);
  if (!pathStyle) url.hostname = `${bucket}.${url.hostname}`;
  url.pathname = pathStyle ? `/${bucket}/${key}` : `/${key}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}
