import { lifecycle } from '@sealift/core/upgrade';
import { SealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findUpgrade, upgradeUrl } from '../../client/current-upgrade.ts';
import { follow } from './follow.ts';
import { lookAgain } from './preflight.ts';
import type { Output } from './print.ts';

/**
 * Confirms an upgrade by the hash of its plan and merged values.
 *
 * @throws UPGRADE_BLOCKED while something is open or when the hash is another, PLATFORM_*
 */
export async function confirmUpgrade(
  id: string | undefined,
  options: Output & { hash?: string; wait?: true },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const found = await findUpgrade(api, id);
  // What blocked when the site was last looked at may be mended since.
  const upgrade = lifecycle[found.state].editable ? await lookAgain(api, found.id) : found;
  const blocked = (reason: string): SealiftError =>
    new SealiftError('UPGRADE_BLOCKED', { values: { reason }, place: upgrade.id });
  if (upgrade.blockers.length > 0) throw blocked(upgrade.blockers.join('; '));
  if (upgrade.hash === null) throw blocked(`it is ${upgrade.state}`);
  if (options.hash !== undefined && options.hash !== upgrade.hash) {
    throw blocked(`its hash is ${upgrade.hash} now, so it is no longer what was previewed`);
  }
  await api.postOnly(upgradeUrl(upgrade.id, 'confirm'), { hash: upgrade.hash });
  if (options.wait === true) {
    await follow(api, upgrade.id, options, context);
    return;
  }
  const confirmed = await findUpgrade(api, upgrade.id);
  if (options.json === true) context.out(JSON.stringify(confirmed));
  else context.out(`Confirmed ${upgrade.from} to ${upgrade.to}; follow it with: sealift upgrade wait`);
}
