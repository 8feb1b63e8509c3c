import { listTrustedKeys } from '@sealift/bundle/trusted-keys';
import type { CliContext } from '../../context.ts';
import { trustSurroundings } from '../../client/trust.ts';

/** Lists the trusted keys of this machine. */
export async function listKeys({ json }: { json?: true }, context: CliContext): Promise<void> {
  const files = await listTrustedKeys(trustSurroundings(context));
  const keys = files.map(({ key: { keyId, fingerprint, encoded }, path }) => ({
    keyId,
    fingerprint,
    publicKey: encoded,
    path,
  }));
  if (json === true) return context.out(JSON.stringify({ keys }));
  if (keys.length === 0) context.out('No key is trusted here; add one with: sealift keys trust FILE');
  for (const { keyId, fingerprint, path } of keys) context.out(`${keyId}  ${fingerprint}  ${path}`);
}
