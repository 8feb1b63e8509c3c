import { type Upgrade, upgradeSchema } from '@sealift/core/api';
import type { ApiClient } from '../../client/api-client.ts';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findUpgrade, upgradeUrl } from '../../client/current-upgrade.ts';
import { type Output, printUpgrade } from './print.ts';

/** Looks at the site again for a draft, and shows what was found. */
export async function runPreflight(id: string | undefined, options: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  const upgrade = await lookAgain(api, (await findUpgrade(api, id)).id);
  printUpgrade(upgrade, options, context);
  if (upgrade.blockers.length > 0) context.exitCode = 2;
}

/** Has the console look at the site of a draft now. */
export async function lookAgain(api: ApiClient, id: string): Promise<Upgrade> {
  return await api.post(upgradeUrl(id, 'preflight'), {}, upgradeSchema);
}
