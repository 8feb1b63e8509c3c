import type { Member } from '../format/manifest.ts';
import { closingBytes, placeEnd, tarHeadBytes } from '../format/tar.ts';
import type { CheckJob } from './check-job.ts';
import type { Bundle } from './open-bundle.ts';

/** Small members are checked in runs, so that one job is a long read and threads seldom wait for a new one. */
const runBytes = 32 * 1024 * 1024;
const runMembers = 2000;

/**
 * Cuts the check of a bundle's tar into jobs that may be done in any order; together they cover every byte behind the
 * signature. The longest comes first: a member is hashed front to back by one thread, and must not be begun last. With the hash of the whole file the
 * jobs stay in the file's order, so that the two passes read the same places at about the same time.
 */
export function planJobs(
  { manifest, payloadStart, file }: Pick<Bundle, 'manifest' | 'payloadStart' | 'file'>,
  { hashFile }: { readonly hashFile: boolean },
): readonly CheckJob[] {
  const runs = runsOf(manifest.members, payloadStart);
  const closing = { kind: 'closing', start: manifest.length - closingBytes, length: closingBytes } as const;
  if (hashFile) return [{ kind: 'hash', start: 0, length: file.length }, ...runs, closing];
  return [...runs, closing].sort((a, b) => b.length - a.length);
}

function runsOf(members: readonly Member[], payloadStart: number): readonly CheckJob[] {
  const runs: CheckJob[] = [];
  let run: Member[] = [];
  const finish = (): void => {
    const [first] = run;
    if (first === undefined) return;
    const start = payloadStart + first.offset - tarHeadBytes(first.size);
    const sent = run.map(({ path, size, sha256 }) => ({ path, size, sha256 }));
    runs.push({ kind: 'members', start, length: placeEnd(run), members: sent });
    run = [];
  };
  let bytes = 0;
  for (const member of members) {
    if (bytes + member.size > runBytes || run.length === runMembers) {
      finish();
      bytes = 0;
    }
    run.push(member);
    bytes += member.size;
  }
  finish();
  return runs;
}
