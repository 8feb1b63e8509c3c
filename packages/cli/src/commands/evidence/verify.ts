import { readPublicKeyFile } from '@sealift/bundle/key-files';
import { maxEvidenceBytes, readSignedEvidence } from '@sealift/bundle/signed-evidence';
import { readNamedFile } from '@sealift/io/read-file';
import type { CliContext } from '../../context.ts';
import { printEvidence } from './report.ts';

/**
 * Verifies evidence by a key that was given, and prints what it tells.
 *
 * @throws FILE_*, INPUT_TOO_LARGE, KEY_FILE_INVALID, EVIDENCE_INVALID, SIGNATURE_*
 */
export async function verifyEvidence(
  file: string,
  { key, json }: { readonly key: string; readonly json?: true },
  context: CliContext,
): Promise<void> {
  const trusted = await readPublicKeyFile(key);
  const verified = readSignedEvidence(await readNamedFile(file, maxEvidenceBytes), [trusted], file);
  if (json === true) context.out(JSON.stringify(verified.evidence));
  else printEvidence(verified, context);
}
