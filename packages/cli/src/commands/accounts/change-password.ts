import { SealiftError } from '@sealift/core/errors';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { askHidden, readPasswordFile } from '../../terminal/secret-input.ts';

export interface ChangePasswordOptions {
  readonly currentFile?: string;
  readonly newFile?: string;
  readonly json?: true;
}

/** Changes the password of whoever is logged in. API tokens stay. @throws USAGE, PASSWORD_*, INPUT_INVALID, PLATFORM_* */
export async function changePassword(
  { currentFile, newFile, json }: ChangePasswordOptions,
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const current = await read('Password of now', currentFile);
  const password = await read('New password', newFile);
  if (newFile === undefined && (await read('New password again', undefined)) !== password) {
    throw new SealiftError('USAGE', { values: { reason: 'the two new passwords differ' } });
  }
  await api.putOnly('/api/v1/session/password', { current, password });
  context.out(
    json === true ? JSON.stringify({ changed: true }) : 'The password is changed; every other session has ended.',
  );
}

async function read(what: string, file: string | undefined): Promise<string> {
  return file === undefined ? await askHidden(what, noTerminal) : await readPasswordFile(file);
}

function noTerminal(): SealiftError {
  const reason = 'there is no terminal to ask for it';
  return new SealiftError('USAGE', { values: { reason }, hint: 'Give --current-file FILE and --new-file FILE.' });
}
