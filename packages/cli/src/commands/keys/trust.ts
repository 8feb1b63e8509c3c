import { readPublicKeyFile, trustKey } from '@sealift/bundle/trusted-keys';
import type { CliContext } from '../../context.ts';

/** Adds a key to the trusted ones. */
export async function trustKeyFile(file: string, options: { json?: true }, context: CliContext): Promise<void> {
  const key = await readPublicKeyFile(file);
  const { added, path } = await trustKey(key, { env: context.env, root: process.getuid?.() === 0 });
  const { keyId, fingerprint } = key;
  if (options.json === true) context.out(JSON.stringify({ keyId, fingerprint, added, path }));
  else context.out(`${added ? 'Trusted' : 'Already trusted'}: key ID ${keyId}, fingerprint ${fingerprint}`);
}
