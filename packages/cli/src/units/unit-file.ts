import { execFile } from 'node:child_process';
import { lstat, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { hasCode } from '@sealift/io/file-errors';
import { isOwnUnit } from './unit-text.ts';

const run = promisify(execFile);
const maxUnitBytes = 64 * 1024;
const verifyTimeoutMs = 30_000;

/**
 * Writes a unit in one step, unless something that this program did not write has the name.
 *
 * @returns what it did
 * @throws UNIT_FOREIGN, FILE_UNWRITABLE; nothing is changed then
 */
export async function writeUnit(path: string, text: string): Promise<UnitChange> {
  const change = await compareUnit(path, text);
  if (change !== 'unchanged') await writeFileAtomically(path, text, 0o644);
  return change;
}

/** What writing a unit does, or would do. */
export type UnitChange = 'written' | 'replaced' | 'unchanged';

/** What writing a unit would do; writes nothing. @throws UNIT_FOREIGN, FILE_UNREADABLE */
export async function compareUnit(path: string, text: string): Promise<UnitChange> {
  const found = await readUnit(path);
  if (found === text) return 'unchanged';
  if (found !== undefined && !isOwnUnit(found)) throw new SealiftError('UNIT_FOREIGN', { values: { path } });
  return found === undefined ? 'written' : 'replaced';
}

/** A link, such as that of a unit which is masked, and all that is no small file is somebody else's. */
async function readUnit(path: string): Promise<string | undefined> {
  try {
    const found = await lstat(path);
    if (!found.isFile() || found.size > maxUnitBytes) throw new SealiftError('UNIT_FOREIGN', { values: { path } });
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (error instanceof SealiftError) throw error;
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: reasonOf(error) }, cause: error });
  }
}

/**
 * Has systemd read a unit, where systemd is (systemd-analyze(1), `verify`).
 *
 * @param ofUser whether it is a unit of an ordinary user
 * @returns its remarks, line by line: what it does not know and leaves out, and what is wrong with other units
 * @throws UNIT_REFUSED when it would not start it
 */
export async function verifyUnit(
  path: string,
  text: string,
  cancel: AbortSignal,
  ofUser = false,
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-unit-'));
  const name = basename(path);
  try {
    await writeFile(join(folder, name), text);
    const args = [...(ofUser ? ['--user'] : []), 'verify', '--man=no', join(folder, name)];
    // A user's own systemd looks for this folder; who became another user has none.
    const env = { ...process.env, XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] ?? folder };
    const { stderr } = await run('systemd-analyze', args, { signal: cancel, timeout: verifyTimeoutMs, env });
    return linesOf(stderr, folder);
  } catch (error) {
    if (cancel.aborted) throw new SealiftError('CANCELLED', { cause: error });
    if (hasCode(error, 'ENOENT')) return [];
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    const lines = stderr === '' ? [`${name}: ${reasonOf(error)}`] : linesOf(stderr, folder);
    // It also ends so for settings that an older systemd does not know, and for units that this one only comes after.
    const refused = lines.filter((line) => line.includes(name) && !line.endsWith('ignoring.'));
    if (refused.length === 0) return lines;
    throw new SealiftError('UNIT_REFUSED', { values: { reason: refused.join('; ') }, cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function linesOf(text: string, folder: string): string[] {
  const lines = text.replaceAll(`${folder}/`, '').split('\n');
  return lines.filter((line) => line.trim() !== '').slice(0, 20);
}
