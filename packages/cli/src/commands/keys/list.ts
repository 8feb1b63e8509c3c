import { loadTrustedKeys } from '@sealift/bundle/trusted-keys';
import type { CliContext } from '../../context.ts';

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
