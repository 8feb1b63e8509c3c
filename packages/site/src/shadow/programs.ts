import { SealiftError } from '@sealift/core/errors';
import { runProgram } from '@sealift/io/run-program';

/** Executables for the machine that rehearses, of one release of etcd: that of the cluster's members, or a newer one. */
export interface StorePrograms {
  readonly etcd: string;
  /** Turns a snapshot into a member's folder. */
  readonly etcdutl: string;
}

/** All of a program's environment here: what it takes from it is nothing of ours. */
export const bareEnvironment: Readonly<Record<string, string>> = { PATH: '/usr/bin:/bin', HOME: '/' };

const deadlineMs = 30_000;
const outputLimitBytes = 1024 * 1024;

/** How a program judges its command line, and which version it is, such as `v1.37.2`. */
export interface Spoken {
  readonly version: string | undefined;
  /** Why it does not take the flags, in its own words. */
  readonly refusal: string | undefined;
}

/** Asks an API server for its version with flags that it is not started with: one that it does not know ends it. @throws REHEARSAL_PROGRAM_FAILED */
export async function askProgram(program: string, flags: readonly string[], cancel: AbortSignal): Promise<Spoken> {
  const parts = [...flags, '--version'];
  const run = { program, parts, env: bareEnvironment, deadlineMs, outputLimitBytes, cancel };
  const { code, killed, output, errors } = await runProgram(run);
  if (killed === 'cancelled') throw new SealiftError('CANCELLED', { place: program });
  const version = /^Kubernetes (v\d+\.\d+\.\d+\S*)/m.exec(output)?.[1];
  if (code === 0 && version !== undefined) return { version, refusal: undefined };
  const said = lastError(`${errors}\n${output}`) || (killed ?? `it ended with ${code}`);
  // The shell's own codes: not there, not to be executed.
  if (code === 126 || code === 127 || killed !== null || code === 0) throw programFailed(program, said);
  return { version: undefined, refusal: said };
}

export function programFailed(program: string, reason: string): SealiftError {
  return new SealiftError('REHEARSAL_PROGRAM_FAILED', { values: { program, reason }, place: program });
}

const longest = 400;

/** The line by which a program of Kubernetes says why it ends (klog, cobra), as one for a person. */
export function lastError(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((one) => /\berr(?:or)?[:=]|^[EF]\d{4} |^panic:/i.test(one)) ?? lines.at(-1) ?? '';
  return spoken(line);
}

/** A line without the head that klog gives it, and without control characters. */
export function spoken(line: string): string {
  const text = line.replace(/^[EFIW]\d{4} [\d:.]+ +\d+ \S+\] /, '').replaceAll(/\p{C}+/gu, ' ');
  const cause = /"command failed" err="((?:[^"\\]|\\.)*)"/.exec(text)?.[1]?.replaceAll('\\"', '"');
  return (cause ?? text.replace(/^Error: /, '')).slice(0, longest).trim();
}
