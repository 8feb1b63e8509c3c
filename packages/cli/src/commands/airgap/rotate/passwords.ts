import { SealiftError } from '@sealift/core/errors';
import type { StoredUser } from '@sealift/registry/users-file';
import type { CliContext } from '../../../context.ts';
import { ownerOf } from '../host/account.ts';
import { folderOf, type HostFolder } from '../host/host-folder.ts';
import { lockHost } from '../host/host-lock.ts';
import { requireState } from '../host/host-state.ts';
import { newPassword, type NewPassword, readUsers, writeUsers } from '../host/passwords.ts';
import { assertRoom } from '../host/room.ts';
import { passwordsBlock } from '../setup/details.ts';

/** The options of `airgap rotate passwords`. */
export interface RotatePasswordsOptions {
  readonly dir?: string;
  readonly user?: string;
  readonly oldHours: string;
  readonly retireOld?: true;
  readonly json?: true;
}

const hourMs = 3_600_000;
const longestHours = 24 * 90;
const smallFilesBytes = 1024 * 1024;

/**
 * Makes new passwords, shown once; those of before stay good for a stated time, or until they are ended. Services that run take both within seconds.
 *
 * @throws USAGE, AIRGAP_NOT_SET_UP, AIRGAP_SETUP_OPEN, AIRGAP_ROTATION_OPEN, AIRGAP_NO_ROOM, AIRGAP_BUSY, CREDENTIALS_UNREADABLE
 */
export async function rotatePasswords(options: RotatePasswordsOptions, context: CliContext): Promise<void> {
  const folder = folderOf(options.dir, context.env);
  const hours = hoursOf(options.oldHours);
  const state = await requireState(folder);
  const owner = await ownerOf(state.account);
  await assertRoom(folder.root, smallFilesBytes);
  const lock = lockHost(folder);
  try {
    const users = await usersOf(folder);
    const named = users.filter(({ name }) => options.user === undefined || name === options.user);
    if (named.length === 0) {
      const reason = `there is no user ${options.user ?? ''}; there are ${users.map(({ name }) => name).join(', ')}`;
      throw new SealiftError('USAGE', { values: { reason }, place: '--user' });
    }
    if (options.retireOld === true) {
      await writeUsers(
        folder,
        users.map((one) => (named.includes(one) ? withoutOld(one) : one)),
        owner,
      );
      return tellRetired(named, options, context);
    }
    const until = new Date(Date.now() + hours * hourMs).toISOString();
    const made: NewPassword[] = [];
    const changed: StoredUser[] = [];
    for (const one of users) {
      if (!named.includes(one)) {
        changed.push(one);
        continue;
      }
      const next = await newPassword(one.name);
      made.push(next);
      changed.push({ ...one, passwords: [{ hash: next.hash, until: null }, ...kept(one, until, hours)] });
    }
    await writeUsers(folder, changed, owner);
    tellNew(made, hours === 0 ? null : until, options, context);
  } finally {
    lock.release();
  }
}

async function usersOf(folder: HostFolder): Promise<readonly StoredUser[]> {
  const users = await readUsers(folder);
  if (users === undefined) throw new SealiftError('AIRGAP_SETUP_OPEN', { values: { folder: folder.root } });
  return users;
}

/** The password of before, until then. One that somebody may still use must not be ended by another that comes between. @throws AIRGAP_ROTATION_OPEN */
function kept({ passwords }: StoredUser, until: string, hours: number): StoredUser['passwords'] {
  if (hours === 0) return [];
  const open = passwords.find((one) => one.until !== null && Date.parse(one.until) > Date.now());
  if (open !== undefined) throw new SealiftError('AIRGAP_ROTATION_OPEN', { values: { until: open.until ?? '' } });
  return passwords
    .filter((one) => one.until === null)
    .slice(0, 1)
    .map(({ hash }) => ({ hash, until }));
}

function withoutOld(user: StoredUser): StoredUser {
  return { ...user, passwords: user.passwords.filter(({ until }) => until === null) };
}

function hoursOf(text: string): number {
  const hours = /^\d{1,4}$/.test(text) ? Number(text) : -1;
  if (hours >= 0 && hours <= longestHours) return hours;
  const reason = `--old-hours ${text} is not a number of hours from 0 to ${longestHours}`;
  throw new SealiftError('USAGE', { values: { reason }, place: '--old-hours' });
}

/** A registry's token is good for five minutes, whatever becomes of the password that it was asked for with. */
const tokenRemark = 'Tokens that the registry gave out for them end within 6 minutes.';

function tellRetired(users: readonly StoredUser[], { json }: RotatePasswordsOptions, context: CliContext): void {
  const names = users.map(({ name }) => name);
  if (json === true) return context.out(JSON.stringify({ passwords: {}, oldUntil: null, retired: names }));
  context.out(`The passwords of before of ${names.join(', ')} are good no more. ${tokenRemark}`);
}

function tellNew(
  made: readonly NewPassword[],
  oldUntil: string | null,
  { json }: RotatePasswordsOptions,
  context: CliContext,
): void {
  if (json === true) {
    const passwords = Object.fromEntries(made.map(({ user, password }) => [user, password.reveal()]));
    return context.out(JSON.stringify({ passwords, oldUntil, retired: [] }));
  }
  context.out(passwordsBlock(made));
  context.out(
    oldUntil === null
      ? `Those of before are good no more. ${tokenRemark}`
      : `Those of before are good until ${oldUntil}, or until \`sealift airgap rotate passwords --retire-old\`.`,
  );
}
