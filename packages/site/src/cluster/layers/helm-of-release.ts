import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSealiftError } from '@sealift/core/errors';
import { type HelmOptions, HelmProgram } from '@sealift/kubernetes/helm-program';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ContentPort } from '@sealift/upgrade/ports/content';
import { fetchTool, thisPlatform } from '../../tools/fetch-tool.ts';

/** What helm is chosen by. */
export interface HelmChoice {
  readonly content: Pick<ContentPort, 'openRelease' | 'openTool'>;
  readonly helm?: HelmOptions | undefined;
  readonly toolsFolder?: string | undefined;
}

const fileForm = /^helm-([0-9a-f]{64})$/;

/**
 * The helm that a release is applied with: the one that it brings for this machine, kept in a folder of this account and compared with the
 * SHA-256 that the release pins before each start; else the host's.
 *
 * @param release digest of its marker; without it, as when a layer is removed, the one that was fetched last
 * @throws HELM_MISSING, HELM_OTHER, FILE_UNWRITABLE, REGISTRY_*, CONTENT_*, CANCELLED
 */
export async function openHelm(
  { content, helm, toolsFolder }: HelmChoice,
  cancel: Cancel,
  release?: string,
): Promise<{ readonly program: HelmProgram; readonly from: 'the release' | 'this machine' }> {
  if (helm === undefined && toolsFolder !== undefined) {
    const program = await (release === undefined
      ? lastFetched(toolsFolder, cancel)
      : bringHelm(content, toolsFolder, release, cancel));
    if (program !== undefined) return { program, from: 'the release' };
  }
  return { program: await HelmProgram.open(helm, cancel), from: 'this machine' };
}

/** Under way in this process, by path. */
const fetching = new Map<string, Promise<void>>();

async function bringHelm(
  content: HelmChoice['content'],
  folder: string,
  release: string,
  cancel: Cancel,
): Promise<HelmProgram | undefined> {
  const { tools } = await content.openRelease(release, cancel);
  const tool = tools.find((one) => one.name === 'helm' && one.platform === thisPlatform);
  if (tool === undefined) return undefined;
  const { sha256 } = tool;
  const path = join(folder, `helm-${sha256}`);
  for (;;) {
    const kept = await HelmProgram.open({ path, sha256 }, cancel).catch((error: unknown) => {
      // Not there, or damaged: it is fetched again.
      if (isSealiftError(error, 'HELM_MISSING') || isSealiftError(error, 'HELM_OTHER')) return undefined;
      throw error;
    });
    if (kept !== undefined) return kept;
    const other = fetching.get(path);
    if (other === undefined) break;
    // Whoever fetches may be cut; then it is our turn.
    await other.catch(() => undefined);
    cancel.throwIfAborted();
  }
  const work = fetchTool(content, tool, folder, path, cancel);
  fetching.set(path, work);
  try {
    await work;
  } finally {
    fetching.delete(path);
  }
  return await HelmProgram.open({ path, sha256 }, cancel);
}

/** What is in the folder was pinned by a release when it was fetched, and is named by its SHA-256. */
async function lastFetched(folder: string, cancel: Cancel): Promise<HelmProgram | undefined> {
  const found = await Promise.all(
    (await readdir(folder).catch(() => [])).map(async (name) => {
      const path = join(folder, name);
      const [, sha256] = fileForm.exec(name) ?? [];
      const at = sha256 === undefined ? undefined : (await stat(path).catch(() => undefined))?.mtimeMs;
      return sha256 === undefined || at === undefined ? [] : [{ path, sha256, at }];
    }),
  );
  const [last] = found.flat().toSorted((a, b) => b.at - a.at);
  return last === undefined ? undefined : await HelmProgram.open({ path: last.path, sha256: last.sha256 }, cancel);
}
