import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      resolved: z.string().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

describe('the lock file', () => {
  const text = readFileSync(fileURLToPath(new URL('../package-lock.json', import.meta.url)), 'utf8');
  const { packages } = lockSchema.parse(JSON.parse(text));

  test('names no download address', () => {
    const addresses = Object.values(packages).map((entry) => entry.resolved ?? '');
    expect(addresses.filter((address) => address.includes('://'))).toEqual([]);
  });

  test('holds every optional package of every platform, without which a clean install refuses', () => {
    const locked = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)));
    const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    expect(wanted.filter((name) => !locked.has(name))).toEqual([]);
  });
});
