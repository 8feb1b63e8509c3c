import { defineConfig } from 'vitest/config';
import { long, patience } from './vitest.config.ts';

/** The engine over stand-ins, all of it: every interleaving, every point, and what seeds choose. */
export default defineConfig({ test: { include: [`test/engine/${long}`], fileParallelism: false, ...patience } });
