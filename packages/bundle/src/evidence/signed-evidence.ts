import { SealiftError } from '@sealift/core/errors';
import { type UpgradeEvidence, upgradeEvidenceFormat, upgradeEvidenceSchema } from '@sealift/core/evidence';
import { z } from 'zod';
import type { PublicKey, SecretKey } from '../minisign/index.ts';
import { readSignedLine, signLine } from './signed-line.ts';

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
  const { id, state } = evidence.upgrade;
  return signLine(evidence, key, `evidence of upgrade ${id}, ${state}`);
}

/**
 * Reads evidence, after its signature was found to be by one of the keys.
 *
 * @param what the file, for messages
 * @throws EVIDENCE_INVALID, SIGNATURE_MALFORMED, SIGNATURE_LEGACY, SIGNATURE_KEY_UNTRUSTED, SIGNATURE_WRONG
 */
export function readSignedEvidence(bytes: Buffer, keys: readonly PublicKey[], what: string): VerifiedEvidence {
  const { text, key, trustedComment } = readSignedLine(bytes, keys, {
    what,
    fetchAgain: 'Fetch it again from the console with `sealift upgrade evidence`.',
    invalid: (reason) => invalid(what, reason),
  });
  return { evidence: parse(text, what), key, trustedComment };
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
