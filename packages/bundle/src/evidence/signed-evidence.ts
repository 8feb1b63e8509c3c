import { canonicalJson } from '@sealift/core/canonical-json';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { type UpgradeEvidence, upgradeEvidenceFormat, upgradeEvidenceSchema } from '@sealift/core/evidence';
import { z } from 'zod';
import { maxSignatureBytes, type PublicKey, type SecretKey, sign, startPrehash, verify } from '../minisign/index.ts';

/** No file of evidence is longer. */
export const maxEvidenceBytes = 64 * 1024 * 1024;

/** Evidence whose signature held. */
export interface VerifiedEvidence {
  readonly evidence: UpgradeEvidence;
  readonly key: PublicKey;
  readonly trustedComment: string;
}

/**
 * The one file of an upgrade's evidence: its canonical JSON as the first line, then the four lines of a signature in minisign's format over that
 * line with its end. So minisign itself can check it too:
 *
 *     head -n 1 FILE > evidence.json && tail -n 4 FILE > evidence.json.minisig && minisign -V -m evidence.json -p KEY
 */
export function signEvidence(evidence: UpgradeEvidence, key: SecretKey): string {
  const line = `${canonicalJson(evidence)}\n`;
  const { id, state } = evidence.upgrade;
  return line + sign(key, startPrehash().update(line), `evidence of upgrade ${id}, ${state}`);
}

/**
 * Reads evidence, after its signature was found to be by one of the keys.
 *
 * @param what the file, for messages
 * @throws EVIDENCE_INVALID, SIGNATURE_MALFORMED, SIGNATURE_LEGACY, SIGNATURE_KEY_UNTRUSTED, SIGNATURE_WRONG
 */
export function readSignedEvidence(bytes: Buffer, keys: readonly PublicKey[], what: string): VerifiedEvidence {
  const end = bytes.indexOf('\n') + 1;
  if (end === 0) throw invalid(what, 'it has one line, and no signature');
  if (bytes.length - end > maxSignatureBytes) throw invalid(what, 'what follows its first line is no signature');
  const line = bytes.subarray(0, end);
  const verified = verifyWith(line, { signature: bytes.toString('utf8', end), trustedKeys: keys, what });
  return { evidence: parse(line.toString('utf8'), what), ...verified };
}

function verifyWith(
  line: Buffer,
  given: { readonly signature: string; readonly trustedKeys: readonly PublicKey[]; readonly what: string },
) {
  try {
    return verify({ ...given, prehash: startPrehash().update(line) });
  } catch (error) {
    throw withRemedy(error);
  }
}

/** The remedies of these codes are about bundles, which a vendor signs. */
function withRemedy(error: unknown): unknown {
  if (isSealiftError(error, 'SIGNATURE_WRONG')) {
    return error.withHint(
      'It was damaged or changed after the console signed it: nothing in it counts. Fetch it again from the console with `sealift upgrade evidence`.',
    );
  }
  if (isSealiftError(error, 'SIGNATURE_KEY_UNTRUSTED')) {
    return error.withHint(
      'Ask somebody at the site, in another way than by this file, for the fingerprint that `sealift evidence keys` shows there; only if it is the same, verify with that key.',
    );
  }
  if (isSealiftError(error, 'SIGNATURE_MALFORMED')) {
    return error.withHint('Fetch it again from the console with `sealift upgrade evidence`.');
  }
  return error;
}

function parse(line: string, what: string): UpgradeEvidence {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw invalid(what, 'its first line is no JSON');
  }
  const head = headSchema.safeParse(value).data;
  if (head === undefined) throw invalid(what, 'it is a document of another kind');
  if (head.format !== upgradeEvidenceFormat) {
    throw invalid(what, `it has format ${head.format}, and this version reads ${upgradeEvidenceFormat}`);
  }
  const parsed = upgradeEvidenceSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(what, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is not as expected'}`);
}

const headSchema = z.object({ kind: z.literal('sealift-upgrade-evidence'), format: z.int() });

function invalid(what: string, reason: string): SealiftError {
  return new SealiftError('EVIDENCE_INVALID', { values: { what, reason }, place: what });
}
