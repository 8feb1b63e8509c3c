import { resolve } from 'node:path';
import { evidenceKeyListSchema, evidenceKeySchema } from '@sealift/core/api';
import { writeFileAtomically } from '@sealift/io/durable-file';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { evidenceKeysUrl } from '../../client/evidence-keys.ts';

/** Shows the keys that the console signs evidence with, and saves the one that signs now. @throws FILE_UNWRITABLE, PLATFORM_* */
export async function showEvidenceKeys(
  { output, json }: { readonly output?: string; readonly json?: true },
  context: CliContext,
): Promise<void> {
  const { keys } = await (await connect(context)).get(evidenceKeysUrl, evidenceKeyListSchema);
  const [current] = keys;
  const path = output === undefined ? undefined : resolve(output);
  if (path !== undefined && current !== undefined) await writeFileAtomically(path, current.publicKey);
  if (json === true) return context.out(JSON.stringify({ keys, ...(path === undefined ? {} : { path }) }));
  for (const { keyId, fingerprint, madeAt, retiredAt } of keys) {
    context.out(`${keyId}  ${fingerprint}  ${retiredAt === null ? `signs since ${madeAt}` : `retired ${retiredAt}`}`);
  }
  if (path !== undefined) context.out(`${path}  public key of ${current?.keyId}`);
  context.out('Give the fingerprint to whoever verifies evidence, in another way than the evidence itself.');
}

/** Makes a new key. @throws PLATFORM_* */
export async function renewEvidenceKey(
  { reason, json }: { readonly reason: string; readonly json?: true },
  context: CliContext,
): Promise<void> {
  const key = await (await connect(context)).post(evidenceKeysUrl, { reason }, evidenceKeySchema);
  if (json === true) return context.out(JSON.stringify(key));
  context.out(`Evidence is signed from now on by key ID ${key.keyId}, fingerprint ${key.fingerprint}`);
  context.out(
    'Give the fingerprint to whoever verifies evidence; what was signed before is verified by the key before.',
  );
}
