import { fileWork } from '@sealift/io/file-errors';
import { makeFolder } from '@sealift/io/make-folder';
import { PendingFile } from '@sealift/io/pending-file';
import { removeUnfinished } from '@sealift/io/unfinished';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ContentPort, PinnedTool } from '@sealift/upgrade/ports/content';

/** For which machines this one's programs are. */
export const thisPlatform = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`;

/** No fetching takes so long: what is older was left by a process that was killed. */
const longestWriteMs = 15 * 60_000;

/**
 * Puts a program that a release brings into a folder of this account, whole or not at all.
 *
 * @param path in that folder
 * @throws FILE_UNWRITABLE, REGISTRY_*, CONTENT_*, and the reason of `cancel`
 */
export async function fetchTool(
  content: Pick<ContentPort, 'openTool'>,
  tool: PinnedTool,
  folder: string,
  path: string,
  cancel: Cancel,
): Promise<void> {
  await fileWork(path, async () => makeFolder(folder, 0o700));
  await removeUnfinished(folder, longestWriteMs);
  await using file = await PendingFile.create(folder, { mode: 0o700, shownAs: path });
  for await (const chunk of await content.openTool(tool, cancel)) {
    cancel.throwIfAborted();
    await file.write(chunk);
  }
  await file.commit(path);
}
