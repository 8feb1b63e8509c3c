import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import type { GatewayExecutable } from '@sealift/core/gateway';
import { isMissing } from '@sealift/io/file-errors';
import { makeFolder } from '@sealift/io/make-folder';
import { PendingFile } from '@sealift/io/pending-file';
import { Attempts } from '@sealift/io/retry';
import { removeUnfinished } from '@sealift/io/unfinished';
import { askedMs } from '../console/faults.ts';
import { type ConsoleLink, isOutside } from '../console/console-link.ts';
import type { GatewayFolder } from '../folder.ts';

/** Where an executable lies. */
export function executablePath({ executables }: Pick<GatewayFolder, 'executables'>, sha256: string): string {
  return join(executables, sha256);
}

/** SHA-256 of a file as hex; undefined where there is none. */
export async function sha256OfFile(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  return hash.digest('hex');
}

const delaysMs = [1000, 2000, 5000, 10_000, 30_000];

/**
 * Fetches an executable, unless it is there: exactly as many bytes as the release says, no more are ever read, and with exactly its digest. A cut
 * line goes on where it was cut. The file gets its name when it is whole, and on the disk.
 *
 * @throws GATEWAY_UPDATE_REFUSED for other bytes, GATEWAY_CONSOLE_AWAY, GATEWAY_CONSOLE_REFUSED, FILE_UNWRITABLE, CANCELLED
 */
export async function download(
  { version, sha256, sizeBytes }: GatewayExecutable,
  folder: GatewayFolder,
  link: Pick<ConsoleLink, 'executable'>,
  cancel: AbortSignal,
): Promise<void> {
  const path = executablePath(folder, sha256);
  if ((await sha256OfFile(path)) === sha256) return;
  makeFolder(folder.executables, 0o700);
  // Nobody else writes there.
  await removeUnfinished(folder.executables, 0);
  const refuse = (reason: string): SealiftError =>
    new SealiftError('GATEWAY_UPDATE_REFUSED', { values: { version, reason } });
  await using file = await PendingFile.create(folder.executables, { mode: 0o700, shownAs: path });
  const hash = createHash('sha256');
  let read = 0;
  const attempts = new Attempts({ passes: isOutside, delaysMs, askedMs, jitter: true, position: () => read, cancel });
  while (read < sizeBytes) {
    try {
      for await (const chunk of link.executable(sha256, read)) {
        if (read + chunk.byteLength > sizeBytes) throw refuse(`more than its ${sizeBytes} bytes came`);
        hash.update(chunk);
        await file.write(chunk);
        read += chunk.byteLength;
      }
      if (read < sizeBytes) await attempts.pauseAfter(short(read, sizeBytes));
    } catch (error) {
      await attempts.pauseAfter(error);
    }
  }
  const found = hash.digest('hex');
  if (found !== sha256) throw refuse(`what came has the SHA-256 ${found}`);
  await file.chmod(0o755);
  await file.commit(path);
}

/** A server may end an answer early without a word. */
function short(read: number, sizeBytes: number): SealiftError {
  const values = { url: 'of the gateway', reason: `${read} of ${sizeBytes} bytes came` };
  return new SealiftError('GATEWAY_CONSOLE_AWAY', { values });
}
