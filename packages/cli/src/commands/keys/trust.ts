import { readPublicKeyFile } from '@sealift/bundle/key-files';
import { trustKey } from '@sealift/bundle/trusted-keys';
import type { CliContext } from '../../context.ts';
import { trustSurroundings } from '../../client/trust.ts';

/** Adds a key to the trusted ones of this machine. */
export async function trustKeyFile(file: string, { json }: { json?: true }, context: CliContext): Promise<void> {
  const key = await readPublicKeyFile(file);
  const { added, path } = await trustKey(key, trustSurroundings(context));
  const { keyId, fingerprint } = key;
  if (json === true) context.out(JSON.stringify({ keyId, fingerprint, added, path }));
  else context.out(`${added ? 'Trusted' : 'Already trusted'} here: key ID ${keyId}, fingerprint ${fingerprint}`);
}
