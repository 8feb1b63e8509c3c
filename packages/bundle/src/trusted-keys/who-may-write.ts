import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SealiftError } from '@sealift/core/errors';

const writableByOthers = 0o022;
const sticky = 0o1000;

/**
 * Whether anybody but root and this person may change what stands at a path: by writing to it, or by putting another in the place
 * of it or of a folder above it. As sshd does it with authorized keys (sshd_config(5), `StrictModes`), except that a folder above
 * may be one where people can only replace what is theirs, such as `/tmp` (sticky).
 *
 * @param uid whose this process is
 * @returns the failure that names the place; undefined when nobody else may
 */
export async function othersMayWrite(path: string, uid: number): Promise<SealiftError | undefined> {
  const real = await realpath(path);
  for (let at = real; ; at = dirname(at)) {
    const reason = reasonAgainst(await stat(at), uid, at === real);
    if (reason !== undefined)
      return new SealiftError('KEY_PLACE_UNSAFE', { values: { path: at, reason }, place: path });
    if (dirname(at) === at) return undefined;
  }
}

function reasonAgainst({ uid: owner, mode }: Stats, uid: number, isThePlaceItself: boolean): string | undefined {
  if (owner !== 0 && owner !== uid) return `it belongs to the user with the number ${owner}`;
  if ((mode & writableByOthers) === 0) return undefined;
  if (!isThePlaceItself && (mode & sticky) !== 0) return undefined;
  return `its mode is ${(mode & 0o7777).toString(8).padStart(4, '0')}`;
}
