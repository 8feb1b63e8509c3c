import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { importerOf, importLine, isTemporaryNameOf, runningImports, temporaryName } from './temporary-name.ts';

describe('a machine with a temporary name', () => {
  const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
  const made = { name: temporaryName('r_x'), annotation: importLine(), createdAt: minutesAgo(0), locked: false };
  const byOther = (pid = 1): string => `words\nsealift-import: {"host":"not ${hostname()}","pid":${pid}}`;

  it('is known by the name that it is to get, within the length that vCenter takes', () => {
    for (const name of ['r_x', 'x'.repeat(80)]) {
      expect(temporaryName(name).length).toBeLessThanOrEqual(80);
      expect(isTemporaryNameOf(temporaryName(name), name)).toBe(true);
    }
    expect(isTemporaryNameOf(temporaryName('r_y'), 'r_x')).toBe(false);
  });

  it('is of an import here by its process', () => {
    expect(importerOf(made)).toBe('ended');
    runningImports.add(made.name);
    expect(importerOf(made)).toBe('running');
    runningImports.delete(made.name);
    expect(importerOf({ ...made, annotation: `sealift-import: {"host":"${hostname()}","pid":999999999}` })).toBe(
      'ended',
    );
  });

  it.each([
    ['while vCenter holds it', 'running', { locked: true, createdAt: minutesAgo(600) }],
    ['when it is new', 'elsewhere', { createdAt: minutesAgo(9) }],
    ['when nobody knows how old it is', 'elsewhere', { createdAt: undefined }],
    ['when it is older than a lease lasts', 'ended', { createdAt: minutesAgo(11) }],
  ])('is of an import on another machine %s: %s', (_, importer, change) => {
    expect(importerOf({ ...made, annotation: byOther(), ...change })).toBe(importer);
  });

  it.each(['', 'words', 'sealift-import: no', 'sealift-import: {"host":"x","pid":"1"}'])(
    'is nobody’s: %j',
    (annotation) => {
      expect(importerOf({ ...made, annotation, createdAt: minutesAgo(600) })).toBeUndefined();
    },
  );
});
