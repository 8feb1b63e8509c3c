import { existsSync } from 'node:fs';
import { SealiftError } from '@sealift/core/errors';
import { recoverAccount } from '@sealift/server/recover';
import type { CliContext } from '../../context.ts';

export interface RecoverOptions {
  readonly data: string;
  readonly username?: string;
  readonly unlockOnly?: true;
  readonly json?: true;
}

/**
 * Recovers an account of a console whose data folder is on this machine; `DATABASE_URL` as for `server run`.
 *
 * @throws FILE_NOT_FOUND where there is no such folder, and what `recoverAccount` throws
 */
export async function recover(
  { data, username, unlockOnly, json }: RecoverOptions,
  context: CliContext,
): Promise<void> {
  // Opening the store would make the folder, and an empty console in it.
  if (!existsSync(data)) {
    throw new SealiftError('FILE_NOT_FOUND', {
      values: { path: data },
      place: '--data',
      hint: 'Name the folder that `sealift server run --data` was given.',
    });
  }
  const databaseUrl = context.env['DATABASE_URL'];
  const recovered = await recoverAccount(
    {
      dataDir: data,
      ...(databaseUrl === undefined || databaseUrl === '' ? {} : { databaseUrl }),
      ...(username === undefined ? {} : { username }),
    },
    unlockOnly === true ? 'unlock' : 'new-password',
  );
  const password = recovered.password?.reveal();
  if (json === true) {
    context.out(JSON.stringify({ username: recovered.username, ...(password === undefined ? {} : { password }) }));
    return;
  }
  context.out('No account is locked any more.');
  if (password !== undefined) context.out(`New password of ${recovered.username}, shown this once: ${password}`);
}
