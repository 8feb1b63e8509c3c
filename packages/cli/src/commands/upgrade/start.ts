import { upgradeSchema } from '@sealift/core/api';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { type Output, printUpgrade } from './print.ts';

/** Begins an upgrade and shows what it would do. */
export async function startUpgrade(options: Output & { to: string }, context: CliContext): Promise<void> {
  const api = await connect(context);
  const upgrade = await api.post('/api/v1/upgrades', { to: options.to }, upgradeSchema);
  printUpgrade(upgrade, options, context);
}
