import { auditFilterSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';

export const auditUrl = '/api/v1/audit';

export interface FilterOptions {
  readonly actor?: string;
  readonly action?: string;
  readonly text?: string;
  readonly from?: string;
  readonly to?: string;
}

/** The query of a filter. @throws USAGE */
export function filterQuery({ actor, action, text, from, to }: FilterOptions): URLSearchParams {
  const parsed = auditFilterSchema.safeParse({ actor, action, text, from, to });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = `--${issue?.path.join('.') ?? ''}`;
    throw new SealiftError('USAGE', { values: { reason: `${place}: ${issue?.message ?? 'not as expected'}` }, place });
  }
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parsed.data)) if (value !== undefined) query.set(name, value);
  return query;
}
