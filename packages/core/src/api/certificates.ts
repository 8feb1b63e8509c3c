import { z } from 'zod';

/** From so many days before its end a certificate is warned of. */
export const certificateWarningDays = 30;

export const certificateStates = {
  valid: 'Valid',
  'ends-soon': 'Ends soon',
  ended: 'Ended',
  'not-yet': 'Not valid yet',
} as const;
export type CertificateState = keyof typeof certificateStates;

/** A certificate that the console's address presents, or that somebody has given with its settings. */
export const certificateSchema = z.object({
  /** Where it is, such as `the mail server`. */
  where: z.string(),
  /** Whether others are shown it, or it says whom the console trusts. */
  use: z.enum(['served', 'trusted']),
  subject: z.string(),
  issuer: z.string(),
  /** Host names and addresses that it is for. */
  names: z.array(z.string()),
  validFrom: z.iso.datetime(),
  validTo: z.iso.datetime(),
  /** SHA-256, upper-case hex with colons. */
  fingerprint: z.string(),
  state: z.enum(Object.keys(certificateStates) as [CertificateState, ...CertificateState[]]),
});
export type Certificate = z.infer<typeof certificateSchema>;

/** `GET /api/v1/certificates`: looked at now, those that end first first. */
export const certificateListSchema = z.object({
  /** Where people reach the console; null where nobody has said, or it is not over TLS: then nobody knows what it is served with. */
  consoleUrl: z.string().nullable(),
  certificates: z.array(certificateSchema),
  /** What could not be looked at, and why. */
  problems: z.array(z.object({ where: z.string(), reason: z.string() })),
});
export type CertificateList = z.infer<typeof certificateListSchema>;

/** How a certificate stands at a time. */
export function certificateState(from: Date, to: Date, now: Date): CertificateState {
  if (now >= to) return 'ended';
  if (now < from) return 'not-yet';
  return to.getTime() - now.getTime() < certificateWarningDays * 86_400_000 ? 'ends-soon' : 'valid';
}
