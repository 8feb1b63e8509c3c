import { rm } from 'node:fs/promises';
import { formatPublicKey, generateKeyPair } from '@sealift/bundle/minisign';
import { createKeyFile } from '@sealift/bundle/key-files';
import type { CliContext } from '../../context.ts';

/** Writes a new key pair; neither file ever replaces another one. */
export async function generateKeys(options: { out: string; json?: true }, context: CliContext): Promise<void> {
  const { publicKey, file } = generateKeyPair();
  const secretPath = `${options.out}.key`;
  const publicPath = `${options.out}.pub`;
  await createKeyFile(secretPath, file.reveal(), 0o600);
  try {
    await createKeyFile(publicPath, formatPublicKey(publicKey), 0o644);
  } catch (error) {
    await rm(secretPath, { force: true });
    throw error;
  }
  const { keyId, fingerprint } = publicKey;
  if (options.json === true) {
    context.out(JSON.stringify({ keyId, fingerprint, secretKey: secretPath, publicKey: publicPath }));
    return;
  }
  context.out(`${secretPath}  signs bundles; keep it secret, it has no password`);
  context.out(`${publicPath}  goes to the sites, which trust it with: sealift keys trust ${publicPath}`);
  context.out(`key ID ${keyId}, fingerprint ${fingerprint}: publish it where sites can compare it`);
}
