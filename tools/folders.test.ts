import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findCycle, type SourceFile } from './architecture/arrows.ts';
import { folderImports } from './architecture/folders.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const server = 'packages/server/src';
const sources = globSync(`${server}/**/*.ts`, { cwd: root }).map(
  (path): SourceFile => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') }),
);

describe('the folders of the server', () => {
  const shipped = folderImports(sources, server).filter(({ test }) => !test);

  it('have no circle', () => {
    expect(shipped.length).toBeGreaterThan(50);
    expect(findCycle(shipped)).toBeUndefined();
  });

  it('are composed by app alone, and lean on store, notify and http', () => {
    const to = (folder: string): string[] => [
      ...new Set(shipped.filter((one) => one.to === folder && one.from !== folder).map(({ from }) => from)),
    ];
    const from = (folder: string): string[] => [
      ...new Set(shipped.filter((one) => one.from === folder && one.to !== folder).map((one) => one.to)),
    ];
    expect(to('app')).toEqual([]);
    expect(from('store')).toEqual([]);
    expect(from('http')).toEqual([]);
    expect(from('notify')).toEqual(['http']);
  });
});

describe('folderImports', () => {
  it('tells which folder leads to which, and what only tests do', () => {
    const files = [
      { path: 'p/src/a/x.ts', text: "import { y } from '../b/y.ts';\nimport { z } from 'zod';" },
      { path: 'p/src/b/y.test.ts', text: "import { x } from '../a/x.ts';" },
      { path: 'p/src/main.ts', text: "import { x } from './a/x.ts';" },
      { path: 'q/src/c/x.ts', text: "import { x } from '../d/x.ts';" },
    ];
    expect(folderImports(files, 'p/src')).toEqual([
      { from: 'a', to: 'b', test: false },
      { from: 'b', to: 'a', test: true },
    ]);
  });
});
