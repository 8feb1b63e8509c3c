import { z } from 'zod';
import { lineSchema } from './access.ts';

/** A key that the console signs evidence with, or did. */
export const evidenceKeySchema = z.object({
  keyId: z.string(),
  fingerprint: z.string(),
  /** A minisign public key file's text. */
  publicKey: z.string(),
  madeAt: z.iso.datetime(),
  /** Since when it signs nothing any more; null for the one that signs now. */
  retiredAt: z.iso.datetime().nullable(),
});
export type EvidenceKey = z.infer<typeof evidenceKeySchema>;

/** `GET /api/v1/evidence-keys`: the one that signs now first. The first call makes it. */
export const evidenceKeyListSchema = z.object({ keys: z.array(evidenceKeySchema) });
/** `POST /api/v1/evidence-keys`: makes a new key in the place of the one that signs now. */
export const renewEvidenceKeyRequestSchema = z.object({
  reason: lineSchema.trim().min(1, 'say why, for the audit log').max(1000),
});
