import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { createKeyFile } from '@sealift/bundle/key-files';
import { formatPublicKey, generateKeyPair, protectSecretKey } from '@sealift/bundle/minisign';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import type { CliContext } from '../../context.ts';
import { askHidden, readPasswordFile } from '../../terminal/secret-input.ts';
import { exposingCheckout } from './in-checkout.ts';

export interface GenerateOptions {
  readonly out: string;
  readonly password?: true;
  readonly passwordFile?: string;
  readonly json?: true;
}

/**
 * Writes a new key pair; neither file ever replaces another one.
 *
 * @throws KEY_EXISTS, FILE_*, USAGE for a password that is empty, differs, or can't be asked for
 */
export async function generateKeys(options: GenerateOptions, context: CliContext): Promise<void> {
  const password = await newPassword(options);
  const pair = generateKeyPair();
  const secretPath = `${options.out}.key`;
  const publicPath = `${options.out}.pub`;
  await createKeyFile(
    secretPath,
    password === undefined ? pair.file.reveal() : await protectSecretKey(pair, password),
    0o600,
  );
  try {
    await createKeyFile(publicPath, formatPublicKey(pair.publicKey), 0o644);
  } catch (error) {
    await rm(secretPath, { force: true });
    throw error;
  }
  const checkout = await exposingCheckout(secretPath);
  if (checkout !== undefined) {
    const name = basename(secretPath);
    context.note(
      `warning: ${secretPath} is secret and lies in the checkout ${checkout}, which does not ignore it\n  fix: move it out, or add the line ${name} to .gitignore`,
    );
  }
  const { keyId, fingerprint } = pair.publicKey;
  if (options.json === true) {
    context.out(JSON.stringify({ keyId, fingerprint, secretKey: secretPath, publicKey: publicPath }));
    return;
  }
  const protection = password === undefined ? 'it has no password' : 'it has a password';
  context.out(`${secretPath}  signs bundles; keep it secret, ${protection}`);
  context.out(`${publicPath}  goes to the sites, which trust it with: sealift keys trust ${basename(publicPath)}`);
  context.out(`key ID ${keyId}, fingerprint ${fingerprint}: publish it where sites can compare it`);
}

async function newPassword({ password, passwordFile }: GenerateOptions): Promise<Secret | undefined> {
  if (passwordFile !== undefined) return notEmpty(await readPasswordFile(passwordFile));
  if (password !== true) return undefined;
  const noTerminal = (): SealiftError => usage('there is no terminal to ask for the password on; give --password-file');
  const first = await askHidden('Password of the new key', noTerminal);
  if (first !== (await askHidden('The same again', noTerminal))) throw usage('the two passwords differ');
  return notEmpty(first);
}

function notEmpty(password: string): Secret {
  if (password === '') throw usage('an empty password protects nothing');
  return new Secret(password);
}

function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason }, place: '--password' });
}
