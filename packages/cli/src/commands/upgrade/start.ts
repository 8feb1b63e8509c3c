import { upgradeSchema } from '@sealift/core/api';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { type Output, printUpgrade } from './print.ts';

/** Begins an upgrade and shows what it would do. */
export async function startUpgrade(
  options: Output & { to: string; reversible?: true },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const { to, reversible } = options;
  const asked = { to, ...(reversible === true ? { reversible } : {}) };
  const upgrade = await api.post('/api/v1/upgrades', asked, upgradeSchema);
  printUpgrade(upgrade, options, context);
}
