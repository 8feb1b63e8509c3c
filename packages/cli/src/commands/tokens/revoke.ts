import { connect } from '../../client/connect.ts';
import { tokensUrl } from '../../client/tokens.ts';
import type { CliContext } from '../../context.ts';

/** Removes an API token. @throws NOT_FOUND, PLATFORM_* */
export async function revokeToken(id: string, { json }: { readonly json?: true }, context: CliContext): Promise<void> {
  await (await connect(context)).deleteOnly(`${tokensUrl}/${encodeURIComponent(id)}`);
  context.out(json === true ? JSON.stringify({ removed: id }) : 'It is removed, and works no more.');
}
