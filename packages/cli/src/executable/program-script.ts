import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashThread } from '@sealift/bundle/background-hash';
import { checkThread } from '@sealift/bundle/check-threads';
import type { Plugin } from 'esbuild';
import { mergeThread } from '../commands/merge/merge-in-thread.ts';

/** Parts that need files beside them (the console's pages, the embedded store) or make other programs: not in the executable. */
const leftOut = /^(?:@sealift\/(?:server|simulator|console)(?:\/.*)?|esbuild|vite|postject|@electric-sql\/pglite.*)$/;

function partName(path: string): string {
  if (path.startsWith('@sealift/server') || path.startsWith('@sealift/console')) return 'the system console';
  return path.startsWith('@sealift/simulator') ? 'the simulated cluster' : path;
}

const leaveOut: Plugin = {
  name: 'leave-out',
  setup(build) {
    build.onResolve({ filter: leftOut }, ({ path }) => ({ path, namespace: 'left-out' }));
    build.onResolve({ filter: /\/build-executable\.ts$/ }, () => ({ path: 'sealift', namespace: 'left-out' }));
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `const { SealiftError } = require('@sealift/core/errors');
throw new SealiftError('EXECUTABLE_INCOMPLETE', { values: { part: ${JSON.stringify(partName(path))} } });`,
      resolveDir: build.initialOptions.absWorkingDir ?? '.',
    }));
  },
};

/** Of zod's messages in some fifty languages only the English ones are shown: the others would be loaded at each start. */
const leaveOutLanguages: Plugin = {
  name: 'leave-out-languages',
  setup(build) {
    build.onResolve({ filter: /\/locales\/index\.js$/ }, ({ importer }) =>
      importer.includes('/zod/') ? { path: 'languages', namespace: 'languages' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'languages' }, () => ({ contents: 'export {};' }));
  },
};

/** commander would load this for subcommands that are programs of their own: there are none. */
const leaveOutProcesses: Plugin = {
  name: 'leave-out-processes',
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer, path }) =>
      importer.includes('/commander/') ? { path, namespace: 'processes' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'processes' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** The whole command line as one script for Node.js. The same sources give the same text. */
export async function makeProgramScript(workspace: string): Promise<Uint8Array> {
  return await makeScript(join(workspace, 'packages', 'cli'), 'src/main.ts');
}

/** The programs of threads, by the name under which the executable carries each. */
export async function makeAssets(workspace: string): Promise<Readonly<Record<string, Uint8Array>>> {
  const folder = join(workspace, 'packages', 'cli');
  const programs = [checkThread, hashThread, mergeThread].map(async ({ asset, source }) => {
    return [asset, await makeScript(folder, fileURLToPath(source))] as const;
  });
  return Object.fromEntries(await Promise.all(programs));
}

async function makeScript(
  folder: string,
  entryPoint: string,
  plugins: Plugin[] = [leaveOut, leaveOutLanguages, leaveOutProcesses],
): Promise<Uint8Array> {
  const { build } = await import('esbuild');
  const result = await build({
    absWorkingDir: folder,
    entryPoints: [entryPoint],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    // Not identifiers: names of classes and functions are seen in errors, and restoring them takes a while at each start.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'silent',
    // A CommonJS script has no import.meta; only parts that are left out would need it.
    define: { 'import.meta.url': '"file:///sealift"', 'import.meta.dirname': '"/"' },
    plugins,
    write: false,
  });
  const [script] = result.outputFiles;
  if (script === undefined) throw new Error('esbuild gave no output');
  return script.contents;
}
