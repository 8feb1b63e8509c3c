import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { arrows, examine, fileCircles, findCycle, isTest, type SourceFile } from './architecture/arrows.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');
const ignored = (path: string): boolean => /(?:^|\/)(?:node_modules|dist|build)$/.test(path);
const sources = globSync('{packages,tools,test,bench,examples}/**/*.{ts,tsx}', { cwd: root, exclude: ignored })
  .toSorted()
  .map((path): SourceFile => ({ path, text: read(path) }));

describe('the packages', () => {
  it('import only along the arrows', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(examine(sources).violations).toEqual([]);
  });

  it('have no cycle', () => {
    const { imports } = examine(sources);
    expect(imports.length).toBeGreaterThan(50);
    expect(findCycle(imports)).toBeUndefined();
    const allowed = Object.entries(arrows).flatMap(([from, tos]) => tos.map((to) => ({ from, to, test: false })));
    expect(findCycle(allowed)).toBeUndefined();
  });

  it('have no circle of files, but for the recursion of entries and members', () => {
    const { fileArrows } = examine(sources);
    expect(fileArrows.length).toBeGreaterThan(500);
    // A value is merged entry by entry; an entry whose value is a collection is merged member by member; a member is an entry.
    const recursion = ['entry', 'members', 'nested'].map((name) => `packages/core/src/merge/merge-${name}.ts`);
    expect(fileCircles(fileArrows)).toEqual([recursion]);
  });

  it('declare what of ours they import', () => {
    const missing = examine(sources).imports.flatMap(({ from, to, test }) => {
      if (from === to) return [];
      const manifest = JSON.parse(read(`packages/${from}/package.json`)) as Record<string, Record<string, string>>;
      const declared = { ...manifest['dependencies'], ...(test ? manifest['devDependencies'] : {}) };
      return Object.hasOwn(declared, `@sealift/${to}`) ? [] : [`${from} → ${to}${test ? ' (tests)' : ''}`];
    });
    expect([...new Set(missing)]).toEqual([]);
  });
});

describe('every file', () => {
  it('has at most 800 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 801).map(({ path }) => path);
    expect(long).toEqual([]);
  });
});

describe('package-lock.json', () => {
  it('names no registry', () => {
    // An address in the lock file would send an install to the registry of whoever wrote it last.
    expect(read('package-lock.json').match(/"resolved": "http[^"]*"/g) ?? []).toEqual([]);
  });
});

describe('examine', () => {
  const judge = (path: string, text: string): readonly string[] => examine([{ path, text }]).violations;

  it.each([
    ['a static import', "import { x } from '@sealift/server/console';"],
    ['an import of types', "import type { X } from '@sealift/server/console';"],
    ['a dynamic import', "export const x = () => import('@sealift/server/console');"],
    ['a re-export', "export { x } from '@sealift/server/console';"],
    ['a re-export of everything', "export * from '@sealift/server/console';"],
    ['an import for its effect', "import '@sealift/server/console';"],
  ])('finds %s against the arrows', (_, text) => {
    expect(judge('packages/oci/src/x.ts', text)).toEqual([
      'packages/oci/src/x.ts: oci must not import server (@sealift/server/console)',
    ]);
  });

  it.each([
    [
      'a path into another package',
      'packages/oci/src/x.ts',
      "import { x } from '../../core/src/pack/pack.ts';",
      'by path',
    ],
    ['its own package by name', 'packages/oci/src/x.ts', "import { x } from '@sealift/oci/digest';", 'own package'],
    ['Node in core', 'packages/core/src/x.ts', "import { readFileSync } from 'node:fs';", 'without Node'],
    ['Node without its prefix in core', 'packages/core/src/x.ts', "import { join } from 'path';", 'without Node'],
    ['Node in the console', 'packages/console/src/x.tsx', "import { join } from 'node:path';", 'without Node'],
    ['the testkit outside tests', 'packages/oci/src/x.ts', "import { peer } from '@sealift/testkit/peers';", 'testkit'],
    ['a fake where it ships', 'packages/oci/src/x.ts', "import { x } from './testing/x.ts';", 'a fake'],
    ['another package’s fake', 'packages/cli/src/x.ts', "import { x } from '@sealift/oci/testing/x';", 'a fake'],
    ['a default export', 'packages/oci/src/x.ts', 'export default function x() {}', 'default export'],
    ['a default re-export', 'packages/oci/src/x.ts', "export { x as default } from './y.ts';", 'default export'],
    ['a computed import', 'packages/oci/src/x.ts', 'export const load = (name: string) => import(name);', 'computed'],
    ['an unknown package', 'packages/novel/src/x.ts', 'export const x = 1;', 'no arrows'],
    ['a syntax error', 'packages/oci/src/x.ts', 'import {', 'Expected'],
  ])('finds %s', (_, path, text, reason) => {
    const violations = judge(path, text);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toContain(reason);
  });

  it.each([
    ['along an arrow', 'packages/oci/src/x.ts', "import { x } from '@sealift/core/pack';"],
    ['within the package', 'packages/oci/src/a/x.ts', "import { x } from '../digest.ts';"],
    ['of Node elsewhere', 'packages/oci/src/x.ts', "import { join } from 'node:path';"],
    ['of Node in a test of core', 'packages/core/src/x.test.ts', "import { join } from 'node:path';"],
    ['of the testkit in a test', 'packages/oci/src/x.test.ts', "import { peer } from '@sealift/testkit/peers';"],
    [
      'of a name in a comment or text',
      'packages/oci/src/x.ts',
      "// import '@sealift/server'\nexport const x = \"import '@sealift/cli'\";",
    ],
    ['of a configuration', 'packages/console/vite.config.ts', 'export default {};'],
    ['of Node in a configuration', 'packages/console/vite.config.ts', "import { join } from 'node:path';"],
  ])('accepts an import %s', (_, path, text) => {
    expect(judge(path, text)).toEqual([]);
  });
});

describe('findCycle', () => {
  it('names a cycle, and only among what ships', () => {
    const edge = (from: string, to: string, test = false) => ({ from, to, test });
    expect(findCycle([edge('a', 'b'), edge('b', 'c'), edge('c', 'b')])).toBe('b → c → b');
    expect(findCycle([edge('a', 'b'), edge('b', 'a', true)])).toBeUndefined();
    expect(findCycle([edge('a', 'b'), edge('a', 'c'), edge('b', 'd'), edge('c', 'd')])).toBeUndefined();
  });
});

describe('fileCircles', () => {
  const arrowsOf = (...edges: readonly [string, string][]) => edges.map(([from, to]) => ({ from, to }));

  it('finds each group of files that lead to each other, and nothing else', () => {
    const two = arrowsOf(['a', 'b'], ['b', 'c'], ['c', 'a'], ['c', 'd'], ['d', 'e'], ['e', 'd'], ['x', 'a']);
    expect(fileCircles(two)).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
    expect(fileCircles(arrowsOf(['a', 'b'], ['a', 'c'], ['b', 'd'], ['c', 'd']))).toEqual([]);
  });

  it('sees imports of types, and none of tests', () => {
    const circle = (path: string, text: string): SourceFile => ({ path, text });
    const files = [
      circle('packages/oci/src/a.ts', "import type { B } from './b.ts';"),
      circle('packages/oci/src/b.ts', "import { a } from './a.ts';"),
      circle('packages/oci/src/b.test.ts', "import { b } from './b.ts';"),
    ];
    expect(fileCircles(examine(files).fileArrows)).toEqual([['packages/oci/src/a.ts', 'packages/oci/src/b.ts']]);
  });
});

describe('isTest', () => {
  it('knows tests and what only tests use', () => {
    expect(isTest('packages/core/src/plan/plan.fixture.ts')).toBe(true);
    expect(isTest('packages/upgrade/src/testing/ports.ts')).toBe(true);
    expect(isTest('packages/core/src/plan/plan.ts')).toBe(false);
  });
});
