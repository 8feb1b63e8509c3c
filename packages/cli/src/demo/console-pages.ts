import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { runProcess } from './child-process.ts';
import type { Checkout } from './checkout.ts';

const stampName = '.made-from';

/**
 * The folder with the console's built web pages. They are built into `outDir` unless those there were made from the sources
 * as they are now.
 */
export async function buildConsolePages(
  checkout: Checkout,
  outDir: string,
  env: Readonly<Record<string, string | undefined>>,
  cancel: AbortSignal,
): Promise<string> {
  const wanted = await fingerprint(checkout);
  const found = await readFile(join(outDir, stampName), 'utf8').catch(() => '');
  if (found === wanted) return outDir;
  const vite = join(createRequire(join(checkout.consolePackage, 'package.json')).resolve('vite/package.json'), '..');
  await runProcess({
    name: 'the build of the web pages',
    command: process.execPath,
    args: [join(vite, 'bin', 'vite.js'), 'build', '--outDir', outDir, '--emptyOutDir', '--configLoader', 'native'],
    env: { ...env, NODE_ENV: 'production' },
    cwd: checkout.consolePackage,
    cancel,
  });
  await writeFile(join(outDir, stampName), wanted);
  return outDir;
}

/** SHA-256 over path and content of everything that the pages are made from, versions of libraries included. */
async function fingerprint(checkout: Checkout): Promise<string> {
  const { root, consolePackage } = checkout;
  const folders = [join(consolePackage, 'src'), join(root, 'packages', 'core', 'src')];
  const listed = await Promise.all(folders.map((folder) => filesBelow(folder)));
  const single = [
    ...['index.html', 'package.json', 'vite.config.ts'].map((name) => join(consolePackage, name)),
    join(root, 'package-lock.json'),
  ];
  const hash = createHash('sha256');
  for (const path of [...listed.flat(), ...single].sort()) {
    hash
      .update(`${relative(root, path)}\u0000`)
      .update(await readFile(path))
      .update('\u0000');
  }
  return hash.digest('hex');
}

async function filesBelow(folder: string): Promise<string[]> {
  if (!(await stat(folder)).isDirectory()) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
