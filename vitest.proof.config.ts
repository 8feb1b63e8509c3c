import { defineConfig } from 'vitest/config';
import { long, patience, setupFiles } from './vitest.config.ts';

/** The engine over stand-ins, all of it: every interleaving, every point, what seeds choose, and what older builds left. */
export default defineConfig({
  test: {
    include: [`test/engine/${long}`, 'test/engine/journals.test.ts'],
    fileParallelism: false,
    setupFiles,
    ...patience,
  },
});
