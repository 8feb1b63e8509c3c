import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { makeFolder } from '@sealift/io/make-folder';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { type Architecture, hostArchitecture } from './architecture.ts';
import { buildConsolePages } from './console-pages.ts';
import { nodeFlags } from './node-flags.ts';
import { findNode } from './node-program.ts';
import { type ProgramFiles, makeProgramFiles } from './program-files.ts';
import { machineOf, trimElf } from './trim-elf.ts';

/** Results that nobody asked for this long are removed when a new one is made. */
const keepMs = 60 * 60 * 1000;
/** Where Node.js looks for the injected program (nodejs.org, "Single executable applications"). */
const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
/** Changes when the way of building changes, so that an old result in the cache is not taken. */
const recipe = 4;
const run = promisify(execFile);

/**
 * Builds the executable for a kind of processor from this checkout, or takes it from the cache when nothing it is made of
 * changed. For a processor other than this machine's the machine has to reach the npm registry once.
 *
 * @param env `XDG_CACHE_HOME` says where results are kept (XDG Base Directory Specification); without it the checkout's `node_modules/.cache`
 * @param version that it says it is; that of the sources by default
 * @returns the path of the compressed executable
 * @throws EXECUTABLE_UNAVAILABLE
 */
export async function buildExecutable(
  onPhase: (phase: string, fraction: number) => void,
  env: Readonly<Record<string, string | undefined>>,
  architecture: Architecture = hostArchitecture,
  version?: string,
): Promise<string> {
  const workspace = fileURLToPath(new URL('../../../../', import.meta.url));
  try {
    onPhase('bundle', 0);
    const cache = executableCache(workspace, env);
    const files = await makeProgramFiles(workspace, await buildConsolePages(workspace, cache, env), version);
    const host = await findNode(workspace, hostArchitecture, cache, env);
    const node = await findNode(workspace, architecture, cache, env);
    const platform = `linux-${architecture}`;
    // Code that V8 compiled beforehand halves the start, and holds only for the processor it was compiled on.
    const useCodeCache = architecture === hostArchitecture;
    const parts = `${recipe} ${platform} ${node.version} ${useCodeCache}\n`;
    const hash = createHash('sha256').update(parts).update(files.script);
    for (const [name, asset] of Object.entries(files.assets)) hash.update(`\n${name}\n`).update(asset);
    const key = hash.digest('hex');
    const built = join(cache, `executable-${platform}-${key.slice(0, 32)}.gz`);
    if (await isThere(built)) return built;
    makeFolder(cache);
    await removeOld(cache);
    const work = await mkdtemp(join(cache, 'building-'));
    try {
      const programs = { host: host.path, node: node.path, architecture };
      await make({ folder: work, files, useCodeCache, ...programs }, onPhase);
      await rename(join(work, 'sealift.gz'), built);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    return built;
  } catch (error) {
    const reason = reasonOf(error);
    const values = { platform: `linux-${architecture}`, reason };
    const hint = `Make the npm registry reachable once, or ask for this machine's executable alone with \`--architecture ${hostArchitecture}\`.`;
    const remedy = architecture === hostArchitecture ? {} : { hint };
    throw new SealiftError('EXECUTABLE_UNAVAILABLE', { values, ...remedy, cause: error });
  }
}

/** The folder of the caches that executables are made with. */
export function executableCache(workspace: string, env: Readonly<Record<string, string | undefined>>): string {
  return join(env['XDG_CACHE_HOME'] ?? join(workspace, 'node_modules', '.cache'), 'sealift');
}

interface Ingredients {
  readonly folder: string;
  readonly files: ProgramFiles;
  /** Node.js for this machine, which makes the blob. */
  readonly host: string;
  /** Node.js of the same version, which the blob goes into. */
  readonly node: string;
  readonly architecture: Architecture;
  readonly useCodeCache: boolean;
}

async function make(
  { folder, files, host, node, architecture, useCodeCache }: Ingredients,
  onPhase: (phase: string, fraction: number) => void,
): Promise<void> {
  const path = join(folder, 'sealift');
  const assets = Object.entries(files.assets);
  onPhase('prepare', 0.1);
  // Relative names: the blob states the script's path, and must not tell where it was built.
  const config = {
    main: 'sealift.cjs',
    output: 'sealift.blob',
    disableExperimentalSEAWarning: true,
    useCodeCache,
    execArgv: nodeFlags,
    assets: Object.fromEntries(assets.map(([name], index) => [name, `asset-${index}`])),
  };
  await writeFile(join(folder, 'sealift.cjs'), files.script);
  for (const [index, [, content]] of assets.entries()) await writeFile(join(folder, `asset-${index}`), content);
  await writeFile(join(folder, 'sea.json'), JSON.stringify(config));
  // The code cache holds hashes of names, which begin with a random number: the same number gives the same bytes. It holds for these flags alone.
  await run(host, [...nodeFlags, '--random-seed=1', '--experimental-sea-config', 'sea.json'], { cwd: folder });
  await writeFile(path, trimElf(await programFor(node, architecture)), { mode: 0o755 });
  onPhase('inject', 0.2);
  const postject = join(dirname(createRequire(import.meta.url).resolve('postject')), 'cli.js');
  const injection = [postject, path, 'NODE_SEA_BLOB', join(folder, 'sealift.blob'), '--sentinel-fuse', sentinelFuse];
  await run(host, injection, { cwd: folder });
  onPhase('try', 0.6);
  if (architecture === hostArchitecture) await run(path, ['--version'], { cwd: folder, timeout: 30_000 });
  onPhase('compress', 0.65);
  // No name and no time are in the stream's header, so equal programs give equal bytes.
  await pipeline(
    createReadStream(path, { highWaterMark: 1024 * 1024 }),
    createGzip({ level: 4, chunkSize: 1024 * 1024 }),
    createWriteStream(join(folder, 'sealift.gz')),
  );
  onPhase('compress', 1);
}

async function programFor(path: string, architecture: Architecture): Promise<Buffer> {
  const program = await readFile(path);
  const machine = machineOf(program);
  if (machine !== architecture) throw new Error(`${path} is a program for ${machine ?? 'something else'}`);
  return program;
}

/** Whether a result is in the cache; it counts as asked for now. */
async function isThere(path: string): Promise<boolean> {
  const now = new Date();
  return await utimes(path, now, now).then(
    () => true,
    () => false,
  );
}

/** Node.js of another processor stays: it was fetched. */
async function removeOld(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (name.startsWith('node-')) continue;
    const path = join(cache, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > keepMs) await rm(path, { recursive: true, force: true });
  }
}
