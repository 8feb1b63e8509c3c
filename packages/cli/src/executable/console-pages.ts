import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm, utimes } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { hasCode } from '@sealift/io/file-errors';
import { makeFolder } from '@sealift/io/make-folder';

const run = promisify(execFile);
const buildTimeoutMs = 10 * 60 * 1000;

/**
 * The console's web pages, built from a checkout, or taken from the cache when nothing they are made of changed.
 *
 * @param cache the folder that results are kept in
 * @returns the folder with `index.html` and `assets/`
 * @throws Error when they can't be built
 */
export async function buildConsolePages(
  workspace: string,
  cache: string,
  env: Readonly<Record<string, string | undefined>>,
  cancel?: AbortSignal,
): Promise<string> {
  const consolePackage = join(workspace, 'packages', 'console');
  const built = join(cache, `console-pages-${(await fingerprint(workspace, consolePackage)).slice(0, 32)}`);
  const now = new Date();
  // What was asked for lately is not removed as an old result.
  if (await utimes(built, now, now).then(() => true, isAbsent)) return built;
  const vite = join(createRequire(join(consolePackage, 'package.json')).resolve('vite/package.json'), '..');
  makeFolder(cache);
  const work = await mkdtemp(join(cache, 'building-pages-'));
  try {
    const target = ['--outDir', work, '--emptyOutDir', '--configLoader', 'native', '--logLevel', 'error'];
    await run(process.execPath, [join(vite, 'bin', 'vite.js'), 'build', ...target], {
      // Vite would leave a cache of its own in the folder for temporary files (Node.js, module.enableCompileCache).
      env: { ...env, NODE_ENV: 'production', NODE_DISABLE_COMPILE_CACHE: '1' },
      cwd: consolePackage,
      timeout: buildTimeoutMs,
      ...(cancel === undefined ? {} : { signal: cancel }),
    });
    await rename(work, built).catch((error: unknown) => {
      // Somebody else made the same meanwhile.
      if (!hasCode(error, 'EEXIST', 'ENOTEMPTY')) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return built;
}

function isAbsent(error: unknown): false {
  if (!hasCode(error, 'ENOENT')) throw error;
  return false;
}

/** SHA-256 over path and content of everything that the pages are made from, versions of libraries included. */
async function fingerprint(workspace: string, consolePackage: string): Promise<string> {
  const folders = [join(consolePackage, 'src'), join(workspace, 'packages', 'core', 'src')];
  const listed = await Promise.all(folders.map((folder) => filesBelow(folder)));
  const single = [
    ...['index.html', 'package.json', 'vite.config.ts'].map((name) => join(consolePackage, name)),
    join(workspace, 'package-lock.json'),
  ];
  const hash = createHash('sha256');
  for (const path of [...listed.flat(), ...single].sort()) {
    hash
      .update(`${relative(workspace, path)}\u0000`)
      .update(await readFile(path))
      .update('\u0000');
  }
  return hash.digest('hex');
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
