import type { EditRegistryRequest } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { readCertificates } from '@sealift/io/http/certificates';
import type { Command } from 'commander';
import { askHidden, readPasswordFile } from '../../../terminal/secret-input.ts';

/** How a registry is reached and what it is for, as it is typed. The password never comes from the command line, where others can read it. */
export interface RegistryOptions {
  readonly packBase?: string;
  readonly imageBase?: string;
  readonly username?: string;
  readonly anonymous?: true;
  readonly passwordFile?: string;
  readonly caFile?: string;
  readonly systemCa?: true;
  readonly allowOrigin: readonly string[];
  readonly allowNoOrigin?: true;
  readonly plainHttp?: true;
  readonly pullOnly?: true;
  readonly push?: true;
  readonly syncEvery?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Adds the options of every command that tells how a registry is reached. */
export function withRegistry(command: Command): Command {
  return command
    .option('--pack-base <path>', 'the path below it of packs and release markers; "" for none')
    .option('--image-base <path>', 'the path below it of images; "" for none')
    .option('--username <name>', 'log in with this name')
    .option('--anonymous', 'log in with none')
    .option('--password-file <file>', 'read the password from a file, - for standard input; else it is asked for')
    .option('--ca-file <file>', 'trust the CA certificates in this file (PEM) beside those of the console')
    .option('--system-ca', 'trust those of the console only')
    .option(
      '--allow-origin <url>',
      'let it lead to this address too, where its token service or its content is; may be given again',
      (value: string, before: string[]) => [...before, value],
      [],
    )
    .option('--allow-no-origin', 'let it lead to no other address')
    .option('--plain-http', 'speak HTTP without TLS; only to the machine of the console itself')
    .option('--pull-only', 'read it only, and push nothing to it')
    .option('--push', 'push to it too')
    .option('--sync-every <minutes>', 'read it by itself every so many minutes, from 5 on; 0 for never')
    .option('--dry-run', 'try all that is needed of it, and store nothing')
    .option('--json', 'print one JSON object');
}

/** What is typed; what is not stays as it is. @throws USAGE, FILE_*, INPUT_INVALID */
export async function givenSettings(options: RegistryOptions): Promise<EditRegistryRequest> {
  refuseBoth(options, 'username', 'anonymous');
  refuseBoth(options, 'caFile', 'systemCa');
  refuseBoth(options, 'pullOnly', 'push');
  const { packBase, imageBase, username, anonymous, caFile, systemCa, allowOrigin, pullOnly, push } = options;
  const minutes = minutesOf(options.syncEvery);
  const password = await passwordOf(options);
  return {
    ...(packBase === undefined ? {} : { packBase }),
    ...(imageBase === undefined ? {} : { imageBase }),
    ...(username === undefined ? {} : { username }),
    ...(anonymous === true ? { username: null } : {}),
    ...(password === undefined ? {} : { password }),
    ...(caFile === undefined ? {} : { ca: readCertificates(caFile, '--ca-file') }),
    ...(systemCa === true ? { ca: null } : {}),
    ...(allowOrigin.length > 0 ? { allowedOrigins: [...allowOrigin] } : {}),
    ...(options.allowNoOrigin === true ? { allowedOrigins: [] } : {}),
    ...(options.plainHttp === true ? { plainHttp: true } : {}),
    ...(pullOnly === true ? { push: false } : {}),
    ...(push === true ? { push: true } : {}),
    ...(minutes === undefined ? {} : { syncEveryMinutes: minutes === 0 ? null : minutes }),
  };
}

async function passwordOf({ username, passwordFile }: RegistryOptions): Promise<string | undefined> {
  if (passwordFile !== undefined) return await readPasswordFile(passwordFile);
  if (username === undefined) return undefined;
  return await askHidden(`Password of ${username}`, () => usage('give --password-file beside --username'));
}

function minutesOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw usage('--sync-every takes a number of minutes');
}

function refuseBoth(options: RegistryOptions, one: keyof RegistryOptions, other: keyof RegistryOptions): void {
  if (options[one] === undefined || options[other] === undefined) return;
  throw usage(`--${flagOf(one)} and --${flagOf(other)} exclude each other`);
}

function flagOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}
