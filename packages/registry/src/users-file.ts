import { SealiftError } from '@sealift/core/errors';
import type { Secret } from '@sealift/core/secret';
import { hash } from 'bcryptjs';
import { z } from 'zod';
import { bcryptHash, hashedAccess } from './hashed-users.ts';
import type { Authorize } from './routes/access.ts';

/** The number of the form that this version writes and reads. */
const usersFormat = 1;
const rounds = 10;

const userSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/),
  access: z.enum(['pull', 'push']),
  /** Each is good until it ends; while passwords are changed there are two. */
  passwords: z
    .array(z.strictObject({ hash: z.string().regex(bcryptHash), until: z.iso.datetime().nullable() }))
    .min(1)
    .max(2),
});
const usersSchema = z.strictObject({ format: z.literal(usersFormat), users: z.array(userSchema).min(1).max(100) });

/** Somebody of a file of users. */
export type StoredUser = z.output<typeof userSchema>;

/**
 * Reads a file of users, with their hashed passwords.
 *
 * @throws USERS_NEWER where a newer version wrote it, CREDENTIALS_UNREADABLE
 */
export function parseUsers(text: string, path: string): readonly StoredUser[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, 'it is no JSON', error);
  }
  const { format } = z.object({ format: z.int() }).safeParse(value).data ?? {};
  if (format !== undefined && format > usersFormat) {
    throw new SealiftError('USERS_NEWER', { values: { path, format, known: usersFormat }, place: path });
  }
  const parsed = usersSchema.safeParse(value);
  if (parsed.success) return parsed.data.users;
  const [issue] = parsed.error.issues;
  throw unreadable(path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`);
}

/** Users as such a file has them. */
export function formatUsers(users: readonly StoredUser[]): string {
  return `${JSON.stringify({ format: usersFormat, users }, undefined, 2)}\n`;
}

/** What is kept of a password (bcrypt). */
export async function hashPassword(password: Secret): Promise<string> {
  return await hash(password.reveal(), rounds);
}

/** Lets in the users of a file, each with a password of his that has not ended. */
export function storedUserAccess(users: readonly StoredUser[]): Authorize {
  const hashed = users.map(({ name, access, passwords }) => {
    const list = passwords.map(({ hash, until }) => ({
      hash,
      access,
      untilMs: until === null ? undefined : Date.parse(until),
    }));
    return [name, list] as const;
  });
  return hashedAccess(new Map(hashed));
}

function unreadable(path: string, reason: string, cause?: unknown): SealiftError {
  return new SealiftError('CREDENTIALS_UNREADABLE', {
    values: { path, reason },
    place: path,
    hint: 'Put the file back from a copy, or remove it and run `sealift airgap setup` again: it makes new passwords.',
    cause,
  });
}
