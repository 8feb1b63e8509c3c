import { defineConfig } from 'vitest/config';
import { long, patience, setupFiles } from './vitest.config.ts';

/** What takes minutes: whole real sites, one after another. */
export default defineConfig({
  test: {
    include: [`packages/*/src/${long}`, `test/${long}`],
    // They need nothing that is built: vitest.proof.config.ts.
    exclude: [`test/engine/${long}`],
    globalSetup: ['test/setup/build.ts'],
    setupFiles,
    fileParallelism: false,
    ...patience,
  },
});
