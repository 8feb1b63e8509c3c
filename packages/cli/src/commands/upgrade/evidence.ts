import { resolve } from 'node:path';
import { readPublicKeyFile } from '@sealift/bundle/key-files';
import { parsePublicKey, type PublicKey } from '@sealift/bundle/minisign';
import { readSignedEvidence } from '@sealift/bundle/signed-evidence';
import { evidenceKeyListSchema } from '@sealift/core/api';
import { writeFileAtomically } from '@sealift/io/durable-file';
import type { ApiClient } from '../../client/api-client.ts';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findUpgrade, upgradeUrl } from '../../client/current-upgrade.ts';
import { evidenceKeysUrl } from '../../client/evidence-keys.ts';
import type { Output } from './print.ts';

/**
 * Saves the signed evidence of an upgrade, after its signature was checked: nothing is written where it does not hold.
 *
 * @throws EVIDENCE_INVALID, SIGNATURE_*, FILE_*, KEY_FILE_INVALID, PLATFORM_*
 */
export async function saveEvidence(
  id: string | undefined,
  options: Output & { readonly output: string; readonly key?: string },
  context: CliContext,
): Promise<void> {
  // What is wrong with a file is told before anything is asked for.
  const given = options.key === undefined ? undefined : await readPublicKeyFile(options.key);
  const api = await connect(context);
  const upgrade = id ?? (await findUpgrade(api, undefined)).id;
  const bytes = await api.download(upgradeUrl(upgrade, 'evidence'));
  const keys = given === undefined ? await keysOfConsole(api) : [given];
  const { key, evidence } = readSignedEvidence(bytes, keys, `the evidence of upgrade ${upgrade}`);
  const path = resolve(options.output);
  await writeFileAtomically(path, bytes);
  const { keyId, fingerprint } = key;
  if (options.json === true) {
    const { state } = evidence.upgrade;
    return context.out(JSON.stringify({ path, sizeBytes: bytes.length, upgrade, state, keyId, fingerprint }));
  }
  context.out(`${path}  ${bytes.length} bytes, upgrade ${upgrade}: ${evidence.upgrade.state}`);
  context.out(`signed by key ID ${keyId}, fingerprint ${fingerprint}`);
  if (given !== undefined) return;
  // It came by the same way as the evidence, so it proves that nothing was damaged, and no more.
  context.out(
    'That key was asked of the console itself. Whoever verifies it elsewhere compares the fingerprint in another way, then: sealift evidence verify FILE --key KEY',
  );
}

async function keysOfConsole(api: ApiClient): Promise<PublicKey[]> {
  const { keys } = await api.get(evidenceKeysUrl, evidenceKeyListSchema);
  return keys.map(({ publicKey }) => parsePublicKey(publicKey, 'a key of the console'));
}
