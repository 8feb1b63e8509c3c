import type { BackupStore, BackupStoreRequest } from '@sealift/core/api';
import { bucketPrefix } from '@sealift/core/backup';
import { ProblemError } from '../../api/http.ts';

/** What is typed for the place that backups are kept in. */
export interface StoreForm {
  readonly kind: 'folder' | 'bucket';
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly ca: string;
  readonly pathStyle: boolean;
}

/** The form as it is opened: what is stored, without the secret. */
export function formOf({ bucket }: BackupStore): StoreForm {
  return {
    kind: bucket === null ? 'folder' : 'bucket',
    endpoint: bucket?.endpoint ?? 'https://',
    region: bucket?.region ?? 'us-east-1',
    bucket: bucket?.bucket ?? '',
    prefix: bucket?.prefix ?? '',
    accessKey: bucket?.accessKey ?? '',
    secretKey: '',
    ca: bucket?.ca ?? '',
    pathStyle: bucket?.pathStyle ?? true,
  };
}

/** @param revision of the settings that the form was filled from */
export function requestOf({ kind, secretKey, ca, prefix, ...rest }: StoreForm, revision: number): BackupStoreRequest {
  if (kind === 'folder') return { revision, bucket: null };
  const given = secretKey === '' ? {} : { secretKey };
  const bucket = { ...rest, prefix: bucketPrefix(prefix), ca: ca.trim() === '' ? null : ca, ...given };
  return { revision, bucket };
}

const fields = ['endpoint', 'region', 'bucket', 'prefix', 'accessKey', 'secretKey', 'ca'] as const;

/** What a refusal says of each field. */
export function problemsOf(error: unknown): Readonly<Partial<Record<(typeof fields)[number], string>>> {
  if (!(error instanceof ProblemError)) return {};
  const { place, detail, code } = error.problem;
  const field = fields.find((one) => place === `body.bucket.${one}`) ?? byCode[code];
  return field === undefined ? {} : { [field]: detail };
}

/** What a store itself says is wrong. */
const byCode: Readonly<Record<string, (typeof fields)[number]>> = {
  S3_UNREACHABLE: 'endpoint',
  S3_ANSWER_INVALID: 'endpoint',
  S3_CERTIFICATE_UNTRUSTED: 'ca',
  S3_BUCKET_MISSING: 'bucket',
  S3_REGION_OTHER: 'region',
  S3_LOGIN_REFUSED: 'secretKey',
};
