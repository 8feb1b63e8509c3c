import type { PublicKey } from '@sealift/bundle/minisign';
import { loadTrustedKeys, readPublicKeyFile } from '@sealift/bundle/trusted-keys';
import type { CliContext } from '../../context.ts';

/** The keys that a bundle is checked with: one given by hand alone, else the trusted keys of this machine. */
export async function keysOf(publicKey: string | undefined, { env }: CliContext): Promise<readonly PublicKey[]> {
  return publicKey === undefined ? await loadTrustedKeys(env) : [await readPublicKeyFile(publicKey)];
}
