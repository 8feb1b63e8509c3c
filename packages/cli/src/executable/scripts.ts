import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

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

/** A script that is compiled at run time cannot `import()` anything, also not what is in Node.js: it has a module of its own that requires it. */
const requireBuiltins: Plugin = {
  name: 'require-builtins',
  setup(build) {
    build.onResolve({ filter: /^[a-z_:/]+$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' && isBuiltin(path) ? { path, namespace: 'builtin' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** What a script is made with beside its entry. */
export interface ScriptOptions {
  readonly plugins?: readonly Plugin[];
  /** The version that it says it is; that of its sources by default. */
  readonly version?: string | undefined;
}

/** Where a script begins: a file, the name of a module, or the text of a script. */
export type Entry = { readonly module: string } | { readonly text: string };

/**
 * Makes one CommonJS script of an entry and all that it imports. The same sources give the same text.
 *
 * @param folder from where the entry's imports are looked for
 */
export async function makeScript(
  folder: string,
  entry: Entry,
  { plugins = [], version }: ScriptOptions = {},
): Promise<Uint8Array> {
  const { build } = await import('esbuild');
  const result = await build({
    absWorkingDir: folder,
    ...('module' in entry ? { entryPoints: [entry.module] } : { stdin: { contents: entry.text, resolveDir: folder } }),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    // pg asks for it where a client in C is wanted.
    external: ['pg-native'],
    // Not identifiers: names of classes and functions are seen in errors, and restoring them takes a while at each start.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'silent',
    // A CommonJS script has no import.meta. Nothing is beside it: what needs a file asks for an asset of the executable.
    define: {
      'import.meta.url': '"file:///sealift"',
      'import.meta.dirname': '"/"',
      ...(version === undefined ? {} : { SEALIFT_VERSION: JSON.stringify(version) }),
    },
    plugins: [...plugins, leaveOutLanguages, leaveOutProcesses, requireBuiltins],
    write: false,
  });
  const [script] = result.outputFiles;
  if (script === undefined) throw new Error('esbuild gave no output');
  return script.contents;
}
