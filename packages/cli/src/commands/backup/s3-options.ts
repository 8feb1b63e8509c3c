import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { readCertificates } from '@sealift/io/http/certificates';
import type { S3Settings } from '@sealift/s3/settings';
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { readPasswordFile } from '../../terminal/secret-input.ts';

/** How a store that speaks S3 is reached. The secret key never comes from the command line, where others can read it. */
export interface S3Options {
  readonly s3Endpoint?: string;
  readonly s3Region?: string;
  readonly s3AccessKey?: string;
  readonly s3SecretFile?: string;
  readonly s3CaFile?: string;
  readonly s3HostStyle?: true;
}

/** Adds the options of every command that reaches a store. */
export function withS3(command: Command): Command {
  return command
    .option('--s3-endpoint <url>', 'address of the S3 store, without a path; else SEALIFT_S3_ENDPOINT')
    .option('--s3-region <name>', 'region of the bucket; else SEALIFT_S3_REGION, else us-east-1')
    .option('--s3-access-key <id>', 'access key; else SEALIFT_S3_ACCESS_KEY')
    .option(
      '--s3-secret-file <file>',
      'read the secret of the access key from a file, - for standard input; else SEALIFT_S3_SECRET_KEY',
    )
    .option('--s3-ca-file <file>', 'trust the CA certificates in this file (PEM) beside those of the system')
    .option('--s3-host-style', 'the bucket stands in the name of the host, not in the path');
}

/** What is given of the way to a store; undefined is left as it is. @throws FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_INVALID */
export async function givenS3(options: S3Options, { env }: CliContext) {
  const variable = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const { s3SecretFile: secretFile, s3CaFile: caFile } = options;
  const secret = secretFile === undefined ? variable('SEALIFT_S3_SECRET_KEY') : await readPasswordFile(secretFile);
  return {
    endpoint: options.s3Endpoint ?? variable('SEALIFT_S3_ENDPOINT'),
    region: options.s3Region ?? variable('SEALIFT_S3_REGION'),
    accessKey: options.s3AccessKey ?? variable('SEALIFT_S3_ACCESS_KEY'),
    secretKey: secret === undefined ? undefined : new Secret(secret),
    ca: caFile === undefined ? undefined : readCertificates(caFile, '--s3-ca-file'),
    pathStyle: options.s3HostStyle === true ? false : undefined,
  };
}

/** The store and name of a backup that is named as `s3://bucket/prefix/name`. @throws USAGE, FILE_…, INPUT_INVALID */
export async function storeOf(
  address: string,
  options: S3Options,
  context: CliContext,
): Promise<{ readonly settings: S3Settings; readonly name: string }> {
  const [, bucket = '', prefix = '', name = ''] = /^s3:\/\/([^/]+)\/((?:[^/]+\/)*)([^/]+)$/.exec(address) ?? [];
  if (name === '') throw usage(`${address} is not of the form s3://bucket/prefix/name`);
  const {
    endpoint,
    region = 'us-east-1',
    accessKey,
    secretKey,
    ca = null,
    pathStyle = true,
  } = await givenS3(options, context);
  if (endpoint === undefined) throw usage('give --s3-endpoint');
  if (accessKey === undefined) throw usage('give --s3-access-key');
  if (secretKey === undefined) throw usage('give --s3-secret-file, or set SEALIFT_S3_SECRET_KEY');
  return { settings: { endpoint, region, bucket, prefix, accessKey, secretKey, ca, pathStyle }, name };
}

function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}
