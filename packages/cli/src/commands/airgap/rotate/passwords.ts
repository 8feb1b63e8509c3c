import { SealiftError } from '@sealift/core/errors';
import type { StoredUser } from '@sealift/registry/users-file';
import type { CliContext } from '../../../context.ts';
import { ownerOf } from '../host/account.ts';
import { folderOf, type HostFolder } from '../host/host-folder.ts';
import { lockHost } from '../host/host-lock.ts';
import { requireState } from '../host/host-state.ts';
import { newPassword, type NewPassword, readUsers, writeUsers } from '../host/passwords.ts';
import { assertRoom } from '../host/room.ts';
import { fileIdentity } from '../../server/hand-over/file-identity.ts';
import type { ServingRecord } from '../serve/serving-record.ts';
import { passwordsBlock } from '../setup/details.ts';
import { type ServiceKind, serviceKinds } from '../setup/units.ts';
import { untilTaken } from './until-taken.ts';

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
  let tell: (services: Taken) => void;
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
      tell = (services) => tellRetired(named, services, options, context);
    } else {
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
      // Before anything is waited for: they are kept nowhere, and who waits may be stopped.
      if (options.json !== true) context.out(passwordsBlock(made));
      tell = (services) => tellNew(made, hours === 0 ? null : until, services, options, context);
    }
  } finally {
    lock.release();
  }
  tell(await waitUntilTaken(folder, context));
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

/** Whom the services let in is what was written; one of a version of before does not say it, and looks every second too. */
async function waitUntilTaken(folder: HostFolder, { cancel }: CliContext) {
  const wanted = await fileIdentity(folder.users);
  const look = async (_kind: ServiceKind, { users }: ServingRecord) => {
    if (users === undefined) return 'takes them within seconds';
    return users === wanted ? 'has taken them' : undefined;
  };
  return await untilTaken(folder, look, 'has not taken them yet', cancel);
}

type Taken = Awaited<ReturnType<typeof waitUntilTaken>>;

/** @returns whether each service that runs has taken them */
function tellTaken(services: Taken, { json }: RotatePasswordsOptions, context: CliContext): boolean {
  const isLate = Object.values(services).includes('has not taken them yet');
  if (isLate) context.exitCode = 1;
  if (json !== true) for (const kind of serviceKinds) context.out(`  ${kind.padEnd(10)}${services[kind]}`);
  if (isLate)
    context.note(
      'warning: until a service has taken them, what was good before is good there; its log says what it waits for',
    );
  return !isLate;
}

/** A registry's token is good for five minutes, whatever becomes of the password that it was asked for with. */
const tokenRemark = 'Tokens that the registry gave out for them end within 6 minutes.';

function tellRetired(
  users: readonly StoredUser[],
  services: Taken,
  options: RotatePasswordsOptions,
  context: CliContext,
): void {
  const retired = users.map(({ name }) => name);
  const areTaken = tellTaken(services, options, context);
  if (options.json === true) return context.out(JSON.stringify({ passwords: {}, oldUntil: null, retired, services }));
  if (areTaken) context.out(`The passwords of before of ${retired.join(', ')} are good no more. ${tokenRemark}`);
}

function tellNew(
  made: readonly NewPassword[],
  oldUntil: string | null,
  services: Taken,
  options: RotatePasswordsOptions,
  context: CliContext,
): void {
  const areTaken = tellTaken(services, options, context);
  if (options.json === true) {
    const passwords = Object.fromEntries(made.map(({ user, password }) => [user, password.reveal()]));
    return context.out(JSON.stringify({ passwords, oldUntil, retired: [], services }));
  }
  if (!areTaken) return;
  context.out(
    oldUntil === null
      ? `Those of before are good no more. ${tokenRemark}`
      : `Those of before are good until ${oldUntil}, or until \`sealift airgap rotate passwords --retire-old\`.`,
  );
}
