import { auditPageSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { auditUrl, type FilterOptions, filterQuery } from './filter.ts';

/** Lists entries of the audit log. @throws USAGE, PLATFORM_* */
export async function listAudit(
  { limit, json, ...filter }: FilterOptions & { readonly limit: string; readonly json?: true },
  context: CliContext,
): Promise<void> {
  if (!/^[1-9]\d{0,3}$/.test(limit) || Number(limit) > 1000) {
    throw new SealiftError('USAGE', { values: { reason: '--limit takes 1 to 1000' }, place: '--limit' });
  }
  const query = filterQuery(filter);
  query.set('order', 'newest');
  query.set('limit', limit);
  const { entries } = await (await connect(context)).get(`${auditUrl}?${query.toString()}`, auditPageSchema);
  if (json === true) return context.out(JSON.stringify({ entries }));
  if (entries.length === 0) context.out('No entry fits.');
  for (const { sequence, at, actor, address, action, subject } of entries) {
    context.out(plainLine(`${sequence}  ${at}  ${actor}  ${address}  ${action}  ${subject}`));
  }
}
