import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diff3Merge } from 'node-diff3';

export interface LineMerge {
  readonly clean: boolean;
  readonly text: string;
}

/** `git merge-file` in a folder of its own, which `close` removes. */
export class GitMergeFile {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sealift-merge-'));

  merge(base: string, current: string, incoming: string): LineMerge {
    const names = ['current', 'base', 'incoming'].map((name) => join(this.#folder, name));
    const texts = [current, base, incoming];
    for (const [index, name] of names.entries()) writeFileSync(name, texts[index] ?? '');
    const run = spawnSync('git', ['merge-file', '-p', '-q', ...names], { encoding: 'utf8', maxBuffer: 1e9 });
    // The status is the number of conflicts, at most 127; beyond that something else went wrong.
    if (run.status === null || run.status > 127) throw new Error(`git merge-file failed: ${run.stderr}`);
    return { clean: run.status === 0, text: run.stdout };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** node-diff3 by line. */
export function diff3ByLine(base: string, current: string, incoming: string): LineMerge {
  const lines = (text: string): string[] => text.split('\n');
  const regions = diff3Merge(lines(current), lines(base), lines(incoming));
  const clean = regions.every((region) => region.ok !== undefined);
  return { clean, text: regions.flatMap((region) => region.ok ?? region.conflict?.a ?? []).join('\n') };
}
