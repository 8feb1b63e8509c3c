import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import type { VcenterClient } from '@sealift/vsphere/client';
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { retryNotice } from '../../terminal/retry-notice.ts';
import { askHidden, readPasswordFile } from '../../terminal/secret-input.ts';

/** How a command reaches vCenter. The password never comes from the command line, where others can read it. */
export interface ConnectionOptions {
  readonly vcenter?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly caFile?: string;
  readonly thumbprint?: string;
}

/** Adds the options that every command takes which talks to vCenter. */
export function withConnection(command: Command): Command {
  return command
    .option('--vcenter <url>', 'address of vCenter; else SEALIFT_VCENTER')
    .option('--username <name>', 'account in vCenter, with its domain; else SEALIFT_VCENTER_USERNAME')
    .option(
      '--password-file <file>',
      'read the password from a file, - for standard input; else SEALIFT_VCENTER_PASSWORD, else the file SEALIFT_VCENTER_PASSWORD_FILE, else it is asked for',
    )
    .option(
      '--ca-file <file>',
      'trust the CA certificates in this file (PEM) beside those of the system; else SEALIFT_VCENTER_CA_FILE',
    )
    .option(
      '--thumbprint <sha256>',
      'trust exactly the certificate of this SHA-256 thumbprint, and no CA; else SEALIFT_VCENTER_THUMBPRINT',
    );
}

/**
 * Connects and logs in.
 *
 * @throws VSPHERE_CREDENTIALS_MISSING, FILE_NOT_FOUND, FILE_UNREADABLE, USAGE, and what connecting throws
 */
export async function connectVcenter(options: ConnectionOptions, context: CliContext): Promise<VcenterClient> {
  const { env, cancel } = context;
  const { thumbprint, ...connection } = await readConnection(options, context);
  // Here, as this file is read at the start of every command.
  const { VcenterClient: client } = await import('@sealift/vsphere/client');
  const { parseThumbprint } = await import('@sealift/vsphere/thumbprint');
  return await client.connect({
    ...connection,
    env,
    cancel,
    onRetry: retryNotice(context),
    thumbprint: thumbprint === undefined ? undefined : parseThumbprint(thumbprint),
  });
}

/**
 * Which vCenter, and the login for it.
 *
 * @throws VSPHERE_CREDENTIALS_MISSING, FILE_NOT_FOUND, FILE_UNREADABLE, USAGE
 */
export async function readConnection(options: ConnectionOptions, { env }: CliContext) {
  const { caFile, thumbprint } = trustIn(options, env);
  const url = given(options.vcenter, env['SEALIFT_VCENTER'], 'address');
  const username = given(options.username, env['SEALIFT_VCENTER_USERNAME'], 'user name');
  const password = await readPassword(options.passwordFile, env);
  return { url, username, password, caFile, thumbprint };
}

function given(option: string | undefined, variable: string | undefined, what: string): string {
  const value = option ?? variable ?? '';
  if (value === '') throw new SealiftError('VSPHERE_CREDENTIALS_MISSING', { values: { what } });
  return value;
}

/** One of both, or none; an option goes before either variable. @throws USAGE */
function trustIn(options: ConnectionOptions, env: CliContext['env']) {
  const isGiven = options.caFile !== undefined || options.thumbprint !== undefined;
  const [caFile, thumbprint] = isGiven
    ? [options.caFile, options.thumbprint]
    : [notEmpty(env['SEALIFT_VCENTER_CA_FILE']), notEmpty(env['SEALIFT_VCENTER_THUMBPRINT'])];
  if (caFile !== undefined && thumbprint !== undefined) {
    throw new SealiftError('USAGE', { values: { reason: 'give --ca-file or --thumbprint, not both' } });
  }
  return { caFile, thumbprint };
}

/** An empty variable is none. */
export function notEmpty(variable: string | undefined): string | undefined {
  return variable === '' ? undefined : variable;
}

async function readPassword(option: string | undefined, env: CliContext['env']): Promise<Secret> {
  const variable = notEmpty(env['SEALIFT_VCENTER_PASSWORD']);
  if (option === undefined && variable !== undefined) return new Secret(variable);
  const file = option ?? notEmpty(env['SEALIFT_VCENTER_PASSWORD_FILE']);
  if (file !== undefined) return new Secret(await readPasswordFile(file));
  const missing = () => new SealiftError('VSPHERE_CREDENTIALS_MISSING', { values: { what: 'password' } });
  return new Secret(await askHidden('Password', missing));
}
