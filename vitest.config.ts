import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'tools/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: ['packages/console/**'],
        },
      },
      'packages/console',
      {
        test: {
          name: 'product',
          include: ['test/**/*.test.ts'],
          globalSetup: ['test/setup/build.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
