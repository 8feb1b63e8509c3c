import { untrustKey } from '@sealift/bundle/trusted-keys';
import type { CliContext } from '../../context.ts';
import { trustSurroundings } from '../../client/trust.ts';
import { keyNamed, noSuchKey } from './named-key.ts';

/**
 * Trusts a key no longer on this machine.
 *
 * @throws KEY_NOT_TRUSTED, FILE_UNWRITABLE
 */
export async function untrustNamedKey(named: string, { json }: { json?: true }, context: CliContext): Promise<void> {
  const removed = await untrustKey(await keyNamed(named), trustSurroundings(context));
  if (removed.length === 0) throw noSuchKey(named, 'here');
  const keys = removed.map(({ key: { keyId, fingerprint }, path }) => ({ keyId, fingerprint, path }));
  if (json === true) return context.out(JSON.stringify({ removed: keys }));
  for (const { keyId, fingerprint, path } of keys) {
    context.out(`No longer trusted here: key ID ${keyId}, fingerprint ${fingerprint} (was ${path})`);
  }
}
