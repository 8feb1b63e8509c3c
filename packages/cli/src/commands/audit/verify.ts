import { readPublicKeyFile } from '@sealift/bundle/key-files';
import { readSignedCheckpoint, type VerifiedCheckpoint } from '@sealift/bundle/signed-checkpoint';
import { maxEvidenceBytes } from '@sealift/bundle/signed-evidence';
import { type AuditEntry, auditPageSchema, auditVerificationSchema } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { readNamedFile } from '@sealift/io/read-file';
import { ChainCheck } from '@sealift/server/audit-chain';
import type { ApiClient } from '../../client/api-client.ts';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { auditUrl } from './filter.ts';

export interface VerifyOptions {
  readonly checkpoint?: readonly string[];
  readonly key?: string;
  readonly json?: true;
}

/**
 * Verifies the audit log of a console: every entry is read and its hash recomputed here, so that only the entries are the console's word; then the
 * console compares it with the checkpoints that it keeps itself.
 *
 * @throws AUDIT_BROKEN, CHECKPOINT_INVALID, SIGNATURE_*, USAGE, FILE_*, PLATFORM_*
 */
export async function verifyAudit({ checkpoint = [], key, json }: VerifyOptions, context: CliContext): Promise<void> {
  const known = await checkpointsOf(checkpoint, key);
  const api = await connect(context);
  const check = new ChainCheck(known);
  await readLog(api, check);
  if (check.firstBroken !== null) throw broken(`entry ${check.firstBroken} was changed, removed or moved`);
  const missed = check.missedEnd();
  if (missed !== null) throw broken(missed.reason);
  const own = await api.get(`${auditUrl}/verification`, auditVerificationSchema);
  if (own.firstBroken !== null) throw broken(`it ends before entry ${own.firstBroken}, which was written`);
  if (own.brokenCheckpoint !== null) throw broken(own.brokenCheckpoint.reason);
  const { sequence, hash } = check;
  if (json === true) {
    const ends = known.map(({ sequence: end, at, key: by }) => ({ sequence: end, at, keyId: by.keyId }));
    context.out(
      JSON.stringify({ valid: true, entries: sequence, hash, checkpoints: ends, ofConsole: own.checkpoints }),
    );
    return;
  }
  context.out(`The audit log is as it was written: ${sequence} entries, the last with hash ${hash}.`);
  for (const { sequence: end, at, key: by } of known) {
    context.out(`It goes through entry ${end} of ${at}, as ${by.fingerprint} has signed it.`);
  }
  if (known.length === 0) {
    context.note(
      `Compared with ${own.checkpoints} checkpoints of the console itself. Whoever has its database may have removed others: give one that is kept elsewhere with --checkpoint.`,
    );
  }
}

async function checkpointsOf(files: readonly string[], key: string | undefined): Promise<VerifiedCheckpoint[]> {
  if (files.length > 0 !== (key !== undefined)) {
    throw new SealiftError('USAGE', { values: { reason: '--checkpoint and --key belong together' } });
  }
  if (key === undefined) return [];
  const trusted = await readPublicKeyFile(key);
  const known: VerifiedCheckpoint[] = [];
  for (const file of files) {
    known.push(readSignedCheckpoint(await readNamedFile(file, maxEvidenceBytes), [trusted], file));
  }
  return known;
}

async function readLog(api: ApiClient, check: ChainCheck): Promise<void> {
  for (;;) {
    const query = `after=${check.sequence}&limit=1000`;
    const { entries } = await api.get(`${auditUrl}?${query}`, auditPageSchema);
    if (entries.length === 0 || !entries.every((entry) => check.add(rowOf(entry)))) return;
  }
}

function rowOf({ previousHash, details, at, ...entry }: AuditEntry) {
  return { ...entry, at: new Date(at), details: canonicalJson(details), previous_hash: previousHash };
}

function broken(reason: string): SealiftError {
  return new SealiftError('AUDIT_BROKEN', { values: { reason } });
}
