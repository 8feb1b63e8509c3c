import { roleTexts, tokenListSchema } from '@sealift/core/api';
import { connect } from '../../client/connect.ts';
import { tokensUrl } from '../../client/tokens.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';

/** Lists API tokens. @throws PLATFORM_* */
export async function listTokens(
  { everybody, json }: { readonly everybody?: true; readonly json?: true },
  context: CliContext,
): Promise<void> {
  const query = everybody === true ? '?of=everybody' : '';
  const list = await (await connect(context)).get(`${tokensUrl}${query}`, tokenListSchema);
  if (json === true) return context.out(JSON.stringify(list));
  if (list.tokens.length === 0) context.out('There is no API token.');
  for (const { id, name, owner, role, expiresAt, lastUsedAt, lastUsedFrom } of list.tokens) {
    const used = lastUsedAt === null ? 'never used' : `last used ${lastUsedAt} from ${lastUsedFrom}`;
    const end = Date.parse(expiresAt) <= Date.now() ? `EXPIRED ${expiresAt}` : `until ${expiresAt}`;
    context.out(plainLine(`${id}  ${name}  of ${owner}  ${roleTexts[role].label}  ${end}  ${used}`));
  }
}
