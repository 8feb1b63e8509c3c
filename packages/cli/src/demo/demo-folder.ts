import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeFolder } from '@sealift/io/make-folder';
import { SealiftError } from '@sealift/core/errors';
import { unwritable } from '@sealift/io/file-errors';
import { isAlive } from '@sealift/io/process-identity';
import { z } from 'zod';

/** The folder that a demo owns: everything it writes is below it, settings and trusted keys included. */
export interface DemoFolder {
  readonly path: string;
  /** Key files and bundles, as a vendor would hold them. */
  readonly vendor: string;
  /** Home of the support host's user: login profile, trusted keys, installed command. */
  readonly home: string;
  readonly temporary: string;
  /** What the console keeps: database, registry, backups. */
  readonly console: string;
  readonly simulator: string;
}

const markerName = '.sealift-demo.json';
const markerSchema = z.object({ kind: z.literal('sealift-demo'), pid: z.int().positive() });

/**
 * Takes a folder for a demo. One that an earlier demo left is emptied first (its `cache` stays), so a run always starts
 * afresh; any other folder that holds something is left alone.
 *
 * @throws DEMO_FOLDER_FOREIGN, DEMO_RUNNING, FILE_UNWRITABLE
 */
export async function takeDemoFolder(folder: string): Promise<DemoFolder> {
  const path = resolve(folder);
  const layout = {
    path,
    vendor: join(path, 'vendor'),
    home: join(path, 'home'),
    temporary: join(path, 'tmp'),
    console: join(path, 'console'),
    simulator: join(path, 'simulator'),
  };
  try {
    makeFolder(path);
    const names = await readdir(path);
    if (names.length > 0) await requireOurs(path);
    await writeFile(join(path, markerName), JSON.stringify({ kind: 'sealift-demo', pid: process.pid }));
    const old = names.filter((name) => name !== markerName && name !== 'cache');
    for (const name of old) await rm(join(path, name), { recursive: true, force: true });
    for (const part of Object.values(layout)) makeFolder(part, 0o700);
  } catch (error) {
    throw unwritable(path, error);
  }
  return layout;
}

async function requireOurs(path: string): Promise<void> {
  const text = await readFile(join(path, markerName), 'utf8').catch(() => '');
  const marker = markerSchema.safeParse(parsed(text));
  if (!marker.success) throw new SealiftError('DEMO_FOLDER_FOREIGN', { values: { path } });
  const { pid } = marker.data;
  if (pid !== process.pid && isAlive(pid)) throw new SealiftError('DEMO_RUNNING', { values: { path, pid } });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What would lead a process of the demo to someone's real platform, database or registry. */
const foreign = /^(?:SEALIFT_.*|DATABASE_URL|DOCKER_CONFIG|OCI_(?:PACK|IMAGE)_(?:REGISTRY|BASE)|XDG_.*)$/;

/** The environment for every process of the demo: nothing it starts reads settings from, or writes to, another place. */
export function demoEnvironment(
  folder: DemoFolder,
  base: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return {
    ...Object.fromEntries(Object.entries(base).filter(([name]) => !foreign.test(name))),
    HOME: folder.home,
    XDG_CONFIG_HOME: join(folder.home, '.config'),
    XDG_DATA_HOME: join(folder.home, '.local', 'share'),
    XDG_STATE_HOME: join(folder.home, '.local', 'state'),
    XDG_CACHE_HOME: join(folder.path, 'cache'),
    SEALIFT_TRUSTED_KEYS: join(folder.home, '.config', 'sealift', 'trusted-keys'),
    SEALIFT_BIN_DIR: join(folder.home, '.local', 'bin'),
    TMPDIR: folder.temporary,
  };
}
