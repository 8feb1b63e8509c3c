import { rm } from 'node:fs/promises';
import { formatPublicKey, generateKeyPair } from '@sealift/bundle/minisign';
import { createKeyFile, loadTrustedKeys, readPublicKeyFile, trustKey } from '@sealift/bundle/trusted-keys';
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

/** Adds a key to the trusted ones. */
export async function trustKeyFile(file: string, options: { json?: true }, context: CliContext): Promise<void> {
  const key = await readPublicKeyFile(file);
  const { added, path } = await trustKey(key, { env: context.env, root: process.getuid?.() === 0 });
  const { keyId, fingerprint } = key;
  if (options.json === true) context.out(JSON.stringify({ keyId, fingerprint, added, path }));
  else context.out(`${added ? 'Trusted' : 'Already trusted'}: key ID ${keyId}, fingerprint ${fingerprint}`);
}

/** Lists the trusted keys. */
export async function listKeys(options: { json?: true }, context: CliContext): Promise<void> {
  const keys = (await loadTrustedKeys(context.env)).map(({ keyId, fingerprint, encoded }) => ({
    keyId,
    fingerprint,
    publicKey: encoded,
  }));
  if (options.json === true) context.out(JSON.stringify({ keys }));
  else if (keys.length === 0) context.out('No key is trusted here; add one with: sealift keys trust FILE');
  for (const { keyId, fingerprint } of options.json === true ? [] : keys) context.out(`${keyId}  ${fingerprint}`);
}
