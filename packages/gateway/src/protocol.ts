import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { packVersionSchema } from '@sealift/core/pack';
import { z } from 'zod';

/**
 * What a gateway's process says to the one that started it: lines of JSON on its standard output, among whatever else it prints. It stays the same
 * from version to version, as the two may be of different ones; fields may come, none may go.
 */
const saidSchema = z.discriminatedUnion('event', [
  /** It runs, and has read its own files. */
  z.object({ sealiftGateway: z.literal(1), event: z.literal('started'), version: packVersionSchema }),
  /** The console has taken a report of it and given its proof back. */
  z.object({
    sealiftGateway: z.literal(1),
    event: z.literal('handshake'),
    version: packVersionSchema,
    proof: z.string().max(100),
  }),
  /** What keeps it from that. */
  z.object({ sealiftGateway: z.literal(1), event: z.literal('trouble'), reason: z.string().max(2000) }),
  /** An executable is there, verified, and may be put in its place. */
  z.object({
    sealiftGateway: z.literal(1),
    event: z.literal('ready'),
    version: packVersionSchema,
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    attempt: z.int().min(1).max(1_000_000),
  }),
]);
export type Said = z.output<typeof saidSchema>;

/** How a process finds what it has to give back as its proof: it is on trial then. */
export const proofVariable = 'SEALIFT_GATEWAY_PROOF';

/** One of those lines. */
export function lineOf(said: Said): string {
  return JSON.stringify(said);
}

/** Reads such lines out of a standard output; whatever else is there is passed over. */
export function hearLines(onSaid: (said: Said) => void): (chunk: Buffer) => void {
  const stream = new PassThrough();
  createInterface({ input: stream }).on('line', (line) => {
    if (line.length > 4000 || !line.startsWith('{')) return;
    const said = saidSchema.safeParse(parsed(line)).data;
    if (said !== undefined) onSaid(said);
  });
  return (chunk) => void stream.write(chunk);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
