import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isSealiftError } from '@sealift/core/errors';
import { minorOf, minorsOf } from '@sealift/core/rehearsal';
import { hasCode } from '@sealift/io/file-errors';
import { makeFolder } from '@sealift/io/make-folder';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ContentPort, PinnedTool } from '@sealift/upgrade/ports/content';
import type { RehearsalWish } from '@sealift/upgrade/ports/rehearsals';
import { fetchTool, thisPlatform } from '../tools/fetch-tool.ts';
import { askProgram, programFailed, type StorePrograms } from './programs.ts';

/** Where programs of a rehearsal come from. */
export interface ProgramSources {
  readonly content: Pick<ContentPort, 'openRelease' | 'openTool'>;
  /** A folder of the host: `etcd`, `etcdutl`, and for each minor `<minor>/kube-apiserver`. It is asked first. */
  readonly programsFolder?: string | undefined;
  /** Where those that releases bring are kept; without it none is fetched. */
  readonly toolsFolder?: string | undefined;
}

/** All programs of a rehearsal, by path. */
export interface ProgramSet {
  readonly store: StorePrograms;
  /** By minor, such as `1.36`. */
  readonly apiServers: ReadonlyMap<string, string>;
}

/** One program that is needed: how it is called on a host and in a release. */
interface Needed {
  /** What the file is called: an API server writes its own name into objects. */
  readonly name: string;
  /** Below the folder of the host. */
  readonly path: string;
  /** Among the tools of a release. */
  readonly tool: string;
  /** For people. */
  readonly what: string;
}

function neededFor({ legs }: RehearsalWish): {
  readonly store: readonly [Needed, Needed];
  readonly servers: ReadonlyMap<string, Needed>;
} {
  const plain = (name: string): Needed => ({ name, path: name, tool: name, what: name });
  const server = (minor: string): Needed => ({
    name: 'kube-apiserver',
    path: join(minor, 'kube-apiserver'),
    tool: `kube-apiserver-${minor.replaceAll('.', '-')}`,
    what: `kube-apiserver of ${minor}`,
  });
  return {
    store: [plain('etcd'), plain('etcdutl')],
    servers: new Map(minorsOf(legs).map((minor) => [minor, server(minor)])),
  };
}

type Place = { readonly path: string } | { readonly tool: PinnedTool };

/** What is not to be found, in words, without fetching or starting anything */
export async function lackingPrograms(
  sources: ProgramSources,
  wish: RehearsalWish,
  cancel: Cancel,
): Promise<readonly string[]> {
  const { store, servers } = neededFor(wish);
  const tools = await toolsOf(sources, wish, cancel);
  const lacking: string[] = [];
  for (const needed of [...store, ...servers.values()]) {
    if ((await placeOf(needed, sources, tools)) === undefined) lacking.push(needed.what);
  }
  return lacking;
}

/**
 * All programs, those of releases fetched and compared with the SHA-256 that is pinned, and each API server of the minor that it is taken for.
 *
 * @throws REHEARSAL_PROGRAM_FAILED, FILE_UNWRITABLE, REGISTRY_*, CONTENT_*, CANCELLED
 */
export async function openPrograms(sources: ProgramSources, wish: RehearsalWish, cancel: Cancel): Promise<ProgramSet> {
  const { store, servers } = neededFor(wish);
  const tools = await toolsOf(sources, wish, cancel);
  const open = async (needed: Needed): Promise<string> => {
    const place = await placeOf(needed, sources, tools);
    if (place === undefined)
      throw programFailed(needed.what, 'neither this machine has it, nor a release of the upgrade that can be read');
    return 'path' in place ? place.path : await bring(sources, place.tool, needed.name, cancel);
  };
  const apiServers = new Map<string, string>();
  for (const [minor, needed] of servers) {
    const path = await open(needed);
    const { version, refusal } = await askProgram(path, [], cancel);
    if (version === undefined) throw programFailed(path, refusal ?? 'it does not tell its version');
    if (minorOf(version) !== minor) throw programFailed(path, `it is ${version}, and one of ${minor} is needed`);
    apiServers.set(minor, path);
  }
  const [etcd, etcdutl] = store;
  return { store: { etcd: await open(etcd), etcdutl: await open(etcdutl) }, apiServers };
}

/** What releases bring for this machine, by name; of several with one name the first release's. */
async function toolsOf(
  { content, toolsFolder }: ProgramSources,
  { releases }: RehearsalWish,
  cancel: Cancel,
): Promise<ReadonlyMap<string, PinnedTool>> {
  if (toolsFolder === undefined) return new Map();
  const found = new Map<string, PinnedTool>();
  for (const release of releases) {
    for (const tool of await programsIn(content, release, cancel))
      if (tool.platform === thisPlatform && !found.has(tool.name)) found.set(tool.name, tool);
  }
  return found;
}

/** A release that cannot be read now brings none: other checks of the preflight tell of it. */
async function programsIn(
  content: ProgramSources['content'],
  release: string,
  cancel: Cancel,
): Promise<readonly PinnedTool[]> {
  try {
    return (await content.openRelease(release, cancel)).tools;
  } catch (error) {
    if (!isSealiftError(error) || cancel.aborted) throw error;
    return [];
  }
}

async function placeOf(
  { path, tool }: Needed,
  { programsFolder }: ProgramSources,
  tools: ReadonlyMap<string, PinnedTool>,
): Promise<Place | undefined> {
  if (programsFolder !== undefined) {
    const ofHost = join(programsFolder, path);
    if (await mayStart(ofHost)) return { path: ofHost };
  }
  const brought = tools.get(tool);
  return brought === undefined ? undefined : { tool: brought };
}

async function mayStart(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function bring(
  { content, toolsFolder = '' }: ProgramSources,
  tool: PinnedTool,
  name: string,
  cancel: Cancel,
): Promise<string> {
  // Nobody else may put a file where ours are kept.
  makeFolder(toolsFolder, 0o700);
  const folder = join(toolsFolder, `${tool.name}-${tool.sha256}`);
  const path = join(folder, name);
  if ((await sha256Of(path)) === tool.sha256) return path;
  await fetchTool(content, tool, folder, path, cancel);
  if ((await sha256Of(path)) === tool.sha256) return path;
  throw programFailed(path, `its SHA-256 is not ${tool.sha256}, which the release pins`);
}

/** Undefined where there is no such file. */
async function sha256Of(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  return hash.digest('hex');
}
