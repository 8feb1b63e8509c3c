import { readPublicKeyFile } from '@sealift/bundle/key-files';
import { formatPublicKey } from '@sealift/bundle/minisign';
import { trustedKeyListSchema, trustedKeySchema } from '@sealift/core/api';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { keyNamed, noSuchKey } from './named-key.ts';

const route = '/api/v1/trusted-keys';

interface Output {
  readonly json?: true;
}

/** Lists the keys that the console trusts. */
export async function listConsoleKeys({ json }: Output, context: CliContext): Promise<void> {
  const { keys } = await (await connect(context)).get(route, trustedKeyListSchema);
  if (json === true) return context.out(JSON.stringify({ keys }));
  if (keys.length === 0) context.out('The console trusts no key; add one with: sealift keys trust FILE --console');
  for (const { keyId, fingerprint, addedAt } of keys) context.out(`${keyId}  ${fingerprint}  since ${addedAt}`);
}

/** Adds a key to those that the console trusts. */
export async function trustInConsole(file: string, { json }: Output, context: CliContext): Promise<void> {
  const publicKey = formatPublicKey(await readPublicKeyFile(file));
  const key = await (await connect(context)).post(route, { publicKey }, trustedKeySchema);
  if (json === true) context.out(JSON.stringify(key));
  else context.out(`Trusted in the console: key ID ${key.keyId}, fingerprint ${key.fingerprint}`);
}

/**
 * Makes the console trust a key no longer.
 *
 * @throws KEY_NOT_TRUSTED
 */
export async function untrustInConsole(named: string, { json }: Output, context: CliContext): Promise<void> {
  const isMeant = await keyNamed(named);
  const api = await connect(context);
  const removed = (await api.get(route, trustedKeyListSchema)).keys.filter(isMeant);
  if (removed.length === 0) throw noSuchKey(named, 'in the console');
  for (const { keyId } of removed) await api.deleteOnly(`${route}/${keyId}`);
  const keys = removed.map(({ keyId, fingerprint }) => ({ keyId, fingerprint }));
  if (json === true) return context.out(JSON.stringify({ removed: keys }));
  for (const { keyId, fingerprint } of keys) {
    context.out(`No longer trusted in the console: key ID ${keyId}, fingerprint ${fingerprint}`);
  }
}
