import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  test: {
    name: 'console',
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
    setupFiles: ['test/setup.ts', '../../test/setup/seed.ts'],
    env: { NODE_ENV: 'test' },
    testTimeout: 15_000,
    maxWorkers: 2,
    sequence: { groupOrder: 3 },
    // One module graph for all files of a worker: loading PatternFly for each would take most of the time.
    isolate: false,
  },
});
