import { randomInt } from 'node:crypto';
import { Secret } from '@sealift/core/secret';
import { formatUsers, hashPassword, parseUsers, type StoredUser } from '@sealift/registry/users-file';
import type { HostFolder } from './host-folder.ts';
import { type Owner, readHostFile, writeHostFile } from './host-file.ts';

/** Without letters that people take for each other, and without anything that a shell or an address takes for something else. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
/** 32 letters are 5 bits each: 160 bits. */
const length = 32;

/** A password that was made just now. */
export interface NewPassword {
  readonly user: string;
  readonly password: Secret;
}

/** The users of a support host: who uploads, and who only reads. */
export const hostUsers = [
  { name: 'uploader', access: 'push' },
  { name: 'reader', access: 'pull' },
] as const;

/** Makes a password. @returns it, and the hash that is kept of it */
export async function newPassword(user: string): Promise<NewPassword & { readonly hash: string }> {
  const text = Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
  const password = new Secret(text);
  return { user, password, hash: await hashPassword(password) };
}

/** Undefined where there is no file yet. @throws USERS_NEWER, CREDENTIALS_UNREADABLE, FILE_UNREADABLE */
export async function readUsers({ users }: HostFolder): Promise<readonly StoredUser[] | undefined> {
  const text = await readHostFile(users);
  return text === undefined ? undefined : parseUsers(text, users);
}

/** @throws FILE_UNWRITABLE */
export async function writeUsers(
  folder: HostFolder,
  users: readonly StoredUser[],
  owner: Owner | undefined,
): Promise<void> {
  await writeHostFile(folder.users, formatUsers(users), 0o600, owner);
}

/** Makes the users of a new host. @returns their passwords, which nothing keeps */
export async function makeUsers(folder: HostFolder, owner: Owner | undefined): Promise<readonly NewPassword[]> {
  const made = await Promise.all(hostUsers.map(async (user) => ({ ...user, ...(await newPassword(user.name)) })));
  const users = made.map(({ name, access, hash: kept }) => ({
    name,
    access,
    passwords: [{ hash: kept, until: null }],
  }));
  await writeUsers(folder, users, owner);
  return made.map(({ user, password }) => ({ user, password }));
}
