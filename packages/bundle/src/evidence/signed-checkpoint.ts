import { type AuditCheckpoint, auditCheckpointSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { upgradeEvidenceSchema } from '@sealift/core/evidence';
import type { PublicKey, SecretKey } from '../minisign/index.ts';
import { readSignedLine, signLine } from './signed-line.ts';

/** Where an audit log ended, whose signature held. */
export interface VerifiedCheckpoint extends Pick<AuditCheckpoint, 'sequence' | 'hash' | 'at'> {
  readonly key: PublicKey;
}

/** The one file of a checkpoint: one line of canonical JSON, then a signature in minisign's format. */
export function signCheckpoint(checkpoint: AuditCheckpoint, key: SecretKey): string {
  return signLine(checkpoint, key, `audit log up to entry ${checkpoint.sequence}`);
}

/**
 * Reads a checkpoint, or the one that the evidence of an upgrade carries, after its signature was found to be by one of the keys.
 *
 * @param what the file, for messages
 * @throws CHECKPOINT_INVALID, SIGNATURE_MALFORMED, SIGNATURE_LEGACY, SIGNATURE_KEY_UNTRUSTED, SIGNATURE_WRONG
 */
export function readSignedCheckpoint(bytes: Buffer, keys: readonly PublicKey[], what: string): VerifiedCheckpoint {
  const invalid = (reason: string): SealiftError =>
    new SealiftError('CHECKPOINT_INVALID', { values: { what, reason }, place: what });
  const fetchAgain = 'Take another checkpoint of that time, or the evidence of an upgrade.';
  const { text, key } = readSignedLine(bytes, keys, { what, fetchAgain, invalid });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('its first line is no JSON');
  }
  const checkpoint = auditCheckpointSchema.safeParse(value).data;
  if (checkpoint !== undefined) return { sequence: checkpoint.sequence, hash: checkpoint.hash, at: checkpoint.at, key };
  const evidence = upgradeEvidenceSchema.safeParse(value).data;
  if (evidence === undefined) throw invalid('it is a document of another kind or format');
  return { ...evidence.audit, at: evidence.writtenAt, key };
}
