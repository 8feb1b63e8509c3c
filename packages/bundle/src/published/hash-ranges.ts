import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import type { PublishedFile } from './index-format.ts';

const chunkBytes = 1024 * 1024;

/**
 * Hashes a file as a whole and in ranges, in one read.
 *
 * @param onBytes told of every chunk that was read
 * @throws FILE_UNREADABLE, BUNDLE_INPUT_CHANGED when its size or time changed meanwhile, CANCELLED
 */
export async function hashRanges(
  path: string,
  rangeBytes: number,
  { onBytes, cancel }: { readonly onBytes?: (count: number) => void; readonly cancel?: AbortSignal | undefined } = {},
): Promise<Omit<PublishedFile, 'name'>> {
  await using file = await open(path, 'r').catch((error: unknown) => {
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: reasonOf(error) }, place: path, cause: error });
  });
  const before = await file.stat();
  const whole = createHash('sha256');
  const ranges: string[] = [];
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, rangeBytes));
  let range = createHash('sha256');
  let position = 0;
  for (;;) {
    if (cancel?.aborted === true) throw new SealiftError('CANCELLED', { place: path });
    const left = rangeBytes - (position % rangeBytes);
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, left), position);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    whole.update(chunk);
    range.update(chunk);
    position += bytesRead;
    onBytes?.(bytesRead);
    if (bytesRead < left) continue;
    ranges.push(range.digest('hex'));
    range = createHash('sha256');
  }
  if (position % rangeBytes !== 0) ranges.push(range.digest('hex'));
  const after = await file.stat();
  if (position !== before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
    throw new SealiftError('BUNDLE_INPUT_CHANGED', { values: { path }, place: path });
  }
  return { sizeBytes: position, sha256: whole.digest('hex'), ranges };
}
