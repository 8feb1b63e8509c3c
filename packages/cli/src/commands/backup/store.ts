import { type BackupList, backupListSchema, backupStoreCheckSchema, type BackupStoreRequest } from '@sealift/core/api';
import { bucketPrefix } from '@sealift/core/backup';
import { SealiftError } from '@sealift/core/errors';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { backupsUrl } from './print.ts';
import { givenS3, type S3Options } from './s3-options.ts';

export interface StoreOptions extends S3Options {
  readonly s3Bucket?: string;
  readonly s3Prefix?: string;
  readonly folder?: true;
  readonly check?: true;
  readonly json?: true;
}

const storeUrl = `${backupsUrl}/store`;

/** Shows, sets or checks where backups are kept. @throws USAGE, S3_*, BACKUP_STORE_CHANGED, CONSOLE_LOCKED, PLATFORM_* */
export async function backupStore(options: StoreOptions, context: CliContext): Promise<void> {
  const { s3Bucket, folder, check, json } = options;
  if ([s3Bucket, folder, check].filter((one) => one !== undefined).length > 1) {
    throw usage('--s3-bucket, --folder and --check exclude each other');
  }
  const api = await connect(context);
  const list = await api.get(backupsUrl, backupListSchema);
  if (check === true) {
    const { tried } = await api.post(`${storeUrl}/check`, undefined, backupStoreCheckSchema);
    const text = tried.length === 0 ? 'Backups are kept in the folder.' : `All went well: ${tried.join(', ')}.`;
    return context.out(json === true ? JSON.stringify({ tried }) : text);
  }
  const isChange = folder === true || s3Bucket !== undefined;
  const bucket = folder === true ? null : await bucketOf(options, list, context);
  const { store } = isChange
    ? await api.put(storeUrl, { revision: list.store.revision, bucket } satisfies BackupStoreRequest, backupListSchema)
    : list;
  context.out(json === true ? JSON.stringify(store) : plainLine(storeText(store)));
}

/** What is not given of a store that is set already stays as it is. */
async function bucketOf(
  options: StoreOptions,
  { store: { bucket: before } }: BackupList,
  context: CliContext,
): Promise<BackupStoreRequest['bucket']> {
  const { s3Bucket: bucket, s3Prefix: prefix } = options;
  if (bucket === undefined) {
    // Without its bucket what was typed would be dropped in silence.
    const names: readonly (keyof StoreOptions)[] = [
      's3Endpoint',
      's3Region',
      's3AccessKey',
      's3SecretFile',
      's3CaFile',
      's3HostStyle',
      's3Prefix',
    ];
    if (names.some((name) => options[name] !== undefined))
      throw usage('give --s3-bucket with the other options of the store');
    return null;
  }
  const given = await givenS3(options, context);
  const endpoint = given.endpoint ?? before?.endpoint;
  const accessKey = given.accessKey ?? before?.accessKey;
  if (endpoint === undefined) throw usage('give --s3-endpoint');
  if (accessKey === undefined) throw usage('give --s3-access-key');
  return {
    endpoint,
    accessKey,
    bucket,
    region: given.region ?? before?.region ?? 'us-east-1',
    prefix: prefix === undefined ? (before?.prefix ?? '') : bucketPrefix(prefix),
    ca: given.ca ?? before?.ca ?? null,
    pathStyle: given.pathStyle ?? before?.pathStyle ?? true,
    ...(given.secretKey === undefined ? {} : { secretKey: given.secretKey.reveal() }),
  };
}

/** Where backups are kept, in a sentence. */
function storeText({ bucket, place, changedBy, changedAt }: BackupList['store']): string {
  if (bucket === null) return `Backups are kept in ${place} on the console's machine.`;
  const { region, accessKey, ca } = bucket;
  const trust = ca === null ? 'the CAs of the machine' : 'a CA of its own';
  return `Backups are kept in ${place}, region ${region}, with the access key ${accessKey}, trusted by ${trust}; set by ${changedBy} at ${changedAt}.`;
}

function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}
