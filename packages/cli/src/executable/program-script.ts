import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashThread } from '@sealift/bundle/background-hash';
import { checkThread } from '@sealift/bundle/check-threads';
import type { Plugin } from 'esbuild';

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

/** The whole command line as one script for Node.js. The same sources give the same text. */
export async function makeProgramScript(workspace: string): Promise<Uint8Array> {
  return await makeScript(join(workspace, 'packages', 'cli'), 'src/main.ts');
}

/** The programs of threads that the command line starts, by the name under which the executable carries each. */
export async function makeThreadScripts(workspace: string): Promise<Readonly<Record<string, Uint8Array>>> {
  const folder = join(workspace, 'packages', 'bundle');
  const programs = [checkThread, hashThread].map(async ({ asset, source }) => {
    return [asset, await makeScript(folder, fileURLToPath(source))] as const;
  });
  return Object.fromEntries(await Promise.all(programs));
}

async function makeScript(folder: string, entryPoint: string): Promise<Uint8Array> {
  const { build } = await import('esbuild');
  const result = await build({
    absWorkingDir: folder,
    entryPoints: [entryPoint],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    logLevel: 'silent',
    // A CommonJS script has no import.meta; only parts that are left out would need it.
    define: { 'import.meta.url': '"file:///sealift"', 'import.meta.dirname': '"/"' },
    plugins: [leaveOut, leaveOutLanguages],
    write: false,
  });
  const [script] = result.outputFiles;
  if (script === undefined) throw new Error('esbuild gave no output');
  return script.contents;
}
