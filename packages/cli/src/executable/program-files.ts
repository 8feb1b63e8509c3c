import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashThread } from '@sealift/bundle/background-hash';
import { checkThread } from '@sealift/bundle/check-threads';
import { grainThread } from '@sealift/bundle/grain-threads';
import { zlibAsset, zlibFile } from '@sealift/bundle/zlib';
import type { ThreadProgram } from '@sealift/io/thread-program';
import { embeddedStoreFiles } from '@sealift/server/embedded-store';
import { contentThread } from '@sealift/server/content-threads';
import { serverMergeThread } from '@sealift/server/merge-threads';
import { pagesAssets } from '@sealift/server/page-files';
import type { Plugin } from 'esbuild';
import { mergeThread } from '../commands/merge/merge-in-thread.ts';
import { LaterScript } from './later-script.ts';
import { makeScript } from './scripts.ts';

/** What an executable is made of beside Node.js. */
export interface ProgramFiles {
  /** The whole command line as one script. */
  readonly script: Uint8Array;
  /** What it asks for by name when it needs it. */
  readonly assets: Readonly<Record<string, Uint8Array>>;
}

/** The programs of all threads. */
export const threads: readonly ThreadProgram[] = [
  checkThread,
  contentThread,
  grainThread,
  hashThread,
  mergeThread,
  serverMergeThread,
];

/** What makes other programs, and bundles out of the sample platform, stays in the checkout. */
const leaveOut: Plugin = {
  name: 'leave-out',
  setup(build) {
    build.onResolve({ filter: /\/(?:run|build-executable)\.ts$/ }, ({ importer, path }) => {
      const part = path.endsWith('build-executable.ts') ? 'the building of executables' : '`sealift demo`';
      const isLeftOut = path.endsWith('build-executable.ts') || importer.includes('/commands/demo/');
      return isLeftOut ? { path: part, namespace: 'left-out' } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `const { SealiftError } = require('@sealift/core/errors');
throw new SealiftError('EXECUTABLE_INCOMPLETE', { values: { part: ${JSON.stringify(path)} } });`,
      resolveDir: build.initialOptions.absWorkingDir ?? '.',
    }));
  },
};

/**
 * Makes the files of the executable. The same sources give the same bytes.
 *
 * @param pages folder of the console's built web pages
 * @param version that it says it is; that of the sources by default
 */
export async function makeProgramFiles(workspace: string, pages: string, version?: string): Promise<ProgramFiles> {
  const cli = join(workspace, 'packages', 'cli');
  // The console, with web server and database: few commands need it.
  const consoleScript = new LaterScript('console.cjs', /^@sealift\/(?:server|simulator)\/.+$/);
  const entry = { module: 'src/main.ts' };
  const script = await makeScript(cli, entry, { plugins: [leaveOut, consoleScript.plugin], version });
  const console = await consoleScript.make(cli, version);
  const assets: Record<string, Uint8Array> = {
    [consoleScript.asset]: console,
    ...(await makeThreads(cli)),
    [zlibAsset]: await readFile(zlibFile()),
    ...(await readFiles(pages, pagesAssets)),
  };
  const store = dirname(createRequire(join(workspace, 'packages/server/package.json')).resolve('@electric-sql/pglite'));
  for (const { file, asset } of embeddedStoreFiles) assets[asset] = await readFile(join(store, file));
  return { script, assets };
}

/** The programs of the threads by their assets, each a script that needs no file beside it. */
export async function makeThreads(folder: string): Promise<Record<string, Uint8Array>> {
  const made = threads.map(async ({ asset, source }) => {
    return [asset, await makeScript(folder, { module: fileURLToPath(source) })] as const;
  });
  return Object.fromEntries(await Promise.all(made));
}

/** Every file below a folder, by its path there with slashes, behind a prefix. */
async function readFiles(folder: string, prefix: string): Promise<Record<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const named = paths.sort().map(async (path) => {
    return [`${prefix}${relative(folder, path).split(sep).join('/')}`, await readFile(path)] as const;
  });
  return Object.fromEntries(await Promise.all(named));
}
