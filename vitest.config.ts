import { defineConfig } from 'vitest/config';

/** Machines under load are slow, and no test says anything about time: only what hangs is to end. */
export const patience = { testTimeout: 30_000, hookTimeout: 60_000, expect: { poll: { timeout: 20_000 } } };

/** The engine over stand-ins, which needs no product that was built. */
const engine = 'test/engine/**/*.test.ts';

/** What broke in the field, replayed against single peers. */
const field = 'test/field/**/*.test.ts';

/** Faults that are seeded into a site for the preflight, against single peers too. */
const preflight = 'test/preflight/**/*.test.ts';

/** Gateways as processes against a console, which need no product that was built either. */
const gateway = 'test/gateway/**/*.test.ts';

/** Mirrors of consoles that are killed, as processes too. */
const mirror = 'test/mirror/**/*.test.ts';

/** Tests that take minutes each, which `npm run test:long` runs. */
export const long = '**/*.long.test.ts';

/** What draws the values of property tests. */
export const setupFiles = ['test/setup/seed.ts'];

/** A whole site, by itself. */
const site = 'test/real-site.test.ts';
const productPatience = { ...patience, testTimeout: 120_000, hookTimeout: 180_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'tools/**/*.test.ts',
            'examples/**/*.test.ts',
            engine,
            field,
            preflight,
            gateway,
            mirror,
          ],
          exclude: ['packages/console/**', long],
          setupFiles,
          // Most of them wait for a program that starts.
          maxWorkers: 2,
          ...patience,
        },
      },
      'packages/console',
      {
        test: {
          name: 'product',
          include: ['test/**/*.test.ts'],
          exclude: [long, engine, field, preflight, gateway, mirror, site],
          globalSetup: ['test/setup/build.ts'],
          setupFiles: [...setupFiles, 'test/setup/tell-failure.ts'],
          // Each has servers of its own, and waits for them most of the time.
          maxWorkers: 2,
          // By themselves, after all others.
          sequence: { groupOrder: 1 },
          ...productPatience,
        },
      },
      {
        test: {
          name: 'site',
          include: [site],
          globalSetup: ['test/setup/build.ts'],
          // Its preflight has seconds to look, as a person's has: alone.
          sequence: { groupOrder: 2 },
          ...productPatience,
        },
      },
    ],
  },
});
