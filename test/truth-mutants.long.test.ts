import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsolePages } from '../packages/cli/src/executable/console-pages.ts';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyMutant } from '../tools/mutants/mutant.ts';
import { Scratch } from '../tools/mutants/scratch.ts';
import { truthMutants } from '../tools/mutants/truth.ts';
import { sampleOfTruth, toldOf } from './setup/truth/sample.ts';

const chromium = peer('chromium');
/** A mistake that shows at fewer instants would be missed by chance. */
const leastSeen = 5;

// Not the verdict of a run of `truth.test.ts` but its count: a net that catches a mistake once in a thousand statements has holes.
describe.skipIf(chromium.missing)(`the sample of what the pages state (${chromium.remedy})`, () => {
  let scratch: Scratch;
  let cache: string;
  beforeAll(() => {
    scratch = new Scratch(fileURLToPath(new URL('..', import.meta.url)));
    cache = mkdtempSync(join(tmpdir(), 'sealift-truth-pages-'));
  });
  afterAll(() => {
    scratch?.remove();
    rmSync(cache, { recursive: true, force: true });
  });

  it.each(truthMutants)('notices where $mistake', { timeout: 600_000 }, async (mutant) => {
    const path = join(scratch.folder, mutant.file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, applyMutant(mutant, text));
    try {
      const pages = await buildConsolePages(scratch.folder, cache, process.env);
      const executable = join(scratch.folder, 'packages', 'cli', 'bin', 'sealift');
      const watched = await sampleOfTruth(chromium.path, { executable, pages });
      const lies = watched.verdicts.filter(({ is }) => is === 'false');
      const seen = [...Map.groupBy(lies, ({ page }) => page)].map(([page, all]) => `${page} ${all.length}`).join(', ');
      console.info(`${mutant.mistake}: ${toldOf(watched)}; noticed on ${seen}`);
      expect(lies.length).toBeGreaterThanOrEqual(leastSeen);
    } finally {
      writeFileSync(path, text);
    }
  });
});
