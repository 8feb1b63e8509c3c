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

/**
 * Whether the machine with this annotation is of an import of ours that has ended. One that may still run, on this machine or
 * another, says so through its process or its age.
 */
export function isAbandoned(name: string, annotation: string, createdAt: Date | undefined): boolean {
  const line = annotation.split(/\r?\n/).find((one) => one.startsWith(lead));
  const found =
    line === undefined ? null : /^\{"host":("[^"\\]{0,255}"),"pid":(\d{1,9})\}$/.exec(line.slice(lead.length).trim());
  if (found === null) return false;
  if (JSON.parse(found[1] ?? '""') === hostname()) {
    const pid = Number(found[2]);
    return pid === process.pid ? !runningImports.has(name) : !isAlive(pid);
  }
  return createdAt !== undefined && Date.now() - createdAt.getTime() > abandonedAfterMs;
}

/** On another machine an import is given up on only when no import takes as long. */
const abandonedAfterMs = 6 * 60 * 60_000;
