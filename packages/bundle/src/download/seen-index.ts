import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { isMissing } from '@sealift/io/file-errors';
import type { Environment } from '@sealift/io/http/environment';
import { readBounded } from '@sealift/io/read-file';
import { z } from 'zod';

const seenSchema = z.strictObject({
  kind: z.literal('sealift-seen-index'),
  formatVersion: z.literal(1),
  url: z.string().max(4000),
  serial: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** An index as it was seen at an address. */
export interface SeenIndex {
  readonly url: string;
  readonly serial: number;
  /** Of its text. */
  readonly sha256: string;
}

/** Where the indexes are remembered: `$XDG_STATE_HOME/sealift/indexes`, else below `~/.local/state`. */
function pathOf(url: string, env: Environment): string {
  const state = env['XDG_STATE_HOME'] ?? join(env['HOME'] ?? homedir(), '.local', 'state');
  return join(state, 'sealift', 'indexes', `${createHash('sha256').update(url).digest('hex')}.json`);
}

/**
 * Demands that an index is not older than the one that was seen at its address before: who can answer in the place of the server could else
 * show an old state, with an old signature that is right, to keep a release from a site.
 *
 * @throws DOWNLOAD_INDEX_OLDER, FILE_UNREADABLE where what is remembered can't be read: nothing would be noticed then
 */
export async function demandNewer(index: SeenIndex, env: Environment): Promise<void> {
  const path = pathOf(index.url, env);
  const seen = await readSeen(path);
  if (seen === undefined || seen.url !== index.url) return;
  const isOther = index.serial === seen.serial && index.sha256 !== seen.sha256;
  if (index.serial >= seen.serial && !isOther) return;
  throw new SealiftError('DOWNLOAD_INDEX_OLDER', {
    values: { url: index.url, serial: index.serial, seen: seen.serial, other: isOther ? ', with other content' : '' },
    place: index.url,
  });
}

/** Remembers an index whose signature is right. @throws FILE_UNWRITABLE */
export async function rememberIndex(index: SeenIndex, env: Environment): Promise<void> {
  const record = { kind: 'sealift-seen-index', formatVersion: 1, ...index };
  await writeFileAtomically(pathOf(index.url, env), `${JSON.stringify(record)}\n`, 0o600);
}

async function readSeen(path: string): Promise<SeenIndex | undefined> {
  try {
    return seenSchema.parse(JSON.parse((await readBounded(path, 16 * 1024)).toString('utf8')));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new SealiftError('FILE_UNREADABLE', {
      values: { path, reason: 'it is not what is remembered of an index' },
      place: path,
      hint: 'Look whether others may write there; then remove the file, and the next index is taken as the first one seen.',
      cause: error,
    });
  }
}
