import { resolve } from 'node:path';
import { createdTokenSchema, roleTexts } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { roleNamed } from '../../client/accounts.ts';
import { connect } from '../../client/connect.ts';
import { tokensUrl } from '../../client/tokens.ts';
import type { CliContext } from '../../context.ts';

export interface CreateTokenOptions {
  readonly role?: string;
  readonly days: string;
  readonly output?: string;
  readonly json?: true;
}

/** Makes an API token. @throws USAGE, ROLE_BEYOND, TOKEN_LIMIT, FILE_UNWRITABLE, PLATFORM_* */
export async function createToken(
  name: string,
  { role, days, output, json }: CreateTokenOptions,
  context: CliContext,
): Promise<void> {
  const expiresInDays = Number(days);
  if (!Number.isInteger(expiresInDays) || expiresInDays < 1 || expiresInDays > 366) {
    throw new SealiftError('USAGE', { values: { reason: '--days takes 1 to 366' }, place: '--days' });
  }
  const body = { name, expiresInDays, ...(role === undefined ? {} : { role: roleNamed(role) }) };
  const { secret, ...token } = await (await connect(context)).post(tokensUrl, body, createdTokenSchema);
  const path = output === undefined ? undefined : resolve(output);
  if (path !== undefined) await writeFileAtomically(path, `${secret}\n`, 0o600);
  if (json === true) {
    context.out(JSON.stringify(path === undefined ? { ...token, secret } : { ...token, path }));
    return;
  }
  context.note(`${token.id}  ${roleTexts[token.role].label}  until ${token.expiresAt}`);
  if (path === undefined) context.note('Its secret, shown this once:');
  context.out(path ?? secret);
}
