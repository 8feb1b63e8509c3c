import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { maxNameLength } from './free-name.ts';
import type { TemplateIdentity } from './identity.ts';
import { isAlive } from '@sealift/io/process-identity';

const lead = 'sealift-import:';

/** A name that no template has: the wanted one and a mark, `r_u-2204.sealift-5f2c09b1a7d3`. */
export function temporaryName(name: string): string {
  const mark = `.sealift-${randomBytes(6).toString('hex')}`;
  return `${name.slice(0, maxNameLength - mark.length)}${mark}`;
}

/** Whether a name is a temporary one, of an import of this template. */
export function isTemporaryNameOf(candidate: string, name: string): boolean {
  const found = /^(.+)\.sealift-[0-9a-f]{12}$/.exec(candidate);
  return found?.[1] !== undefined && name.startsWith(found[1]);
}

/** Temporary names of the imports that this process runs at the moment. */
export const runningImports = new Set<string>();

/**
 * What arrived whole under a temporary name, by that name, until it is finished: while nothing can be written at vCenter this process
 * still knows it. Every other one knows it by the machine's own annotation.
 */
export const arrivedImports = new Map<string, TemplateIdentity>();

/** Who imports, as a line of the annotation: it is there from the start to the end, so that a cut import is known as ours. */
export function importLine(): string {
  return `${lead} ${JSON.stringify({ host: hostname(), pid: process.pid })}`;
}

/** A machine with a temporary name. */
export interface Leftover {
  readonly name: string;
  readonly annotation: string;
  readonly createdAt: Date | undefined;
  /** vCenter lets nobody remove it at the moment: a lease is open, or a task works on it. */
  readonly locked: boolean;
}

/**
 * Whether the import that made a machine still runs.
 *
 * - `ended`: it does not.
 * - `elsewhere`: it was made by another machine not long ago, which may be about to finish it. vCenter removes what a lease that nobody
 *   renews had, within minutes; what is older, still there and not locked is of an import that has ended.
 * - undefined: it is not of an import of ours.
 */
export function importerOf({
  name,
  annotation,
  createdAt,
  locked,
}: Leftover): 'running' | 'elsewhere' | 'ended' | undefined {
  const line = annotation.split(/\r?\n/).find((one) => one.startsWith(lead));
  const found =
    line === undefined ? null : /^\{"host":("[^"\\]{0,255}"),"pid":(\d{1,9})\}$/.exec(line.slice(lead.length).trim());
  if (found === null) return undefined;
  if (JSON.parse(found[1] ?? '""') === hostname()) {
    const pid = Number(found[2]);
    const runs = pid === process.pid ? runningImports.has(name) : isAlive(pid);
    return runs ? 'running' : 'ended';
  }
  if (locked) return 'running';
  return createdAt !== undefined && Date.now() - createdAt.getTime() > abandonedAfterMs ? 'ended' : 'elsewhere';
}

/** Twice the time after which vCenter gives a lease up (vSphere Web Services API, `HttpNfcLease`: five minutes). */
const abandonedAfterMs = 10 * 60_000;
