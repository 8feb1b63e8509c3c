import { type Upgrade, upgradeSchema } from '@sealift/core/api';
import { lifecycle, upgradeText } from '@sealift/core/upgrade';
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
 * @throws SECOND_PERSON_NEEDED, UPGRADE_BLOCKED while something is open or when the hash is another, PLATFORM_*
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
  const confirmed = await api.post(upgradeUrl(upgrade.id, 'confirm'), { hash: upgrade.hash }, upgradeSchema);
  if (lifecycle[confirmed.state].editable) return tellAsked(confirmed, options, context);
  if (options.wait === true) {
    await follow(api, upgrade.id, options, context);
    return;
  }
  if (options.json === true) context.out(JSON.stringify(confirmed));
  else context.out(`Confirmed ${upgradeText(upgrade)}; follow it with: sealift upgrade wait`);
}

/** It waits for another person: no success where it was to be waited for. */
function tellAsked(upgrade: Upgrade, options: Output & { wait?: true }, context: CliContext): void {
  if (options.wait === true) context.exitCode = 3;
  if (options.json === true) return context.out(JSON.stringify(upgrade));
  const { hash, approval } = upgrade;
  context.out(
    `Asked for ${upgradeText(upgrade)}: it starts when another person than ${approval.asked?.by ?? 'you'} confirms it.`,
  );
  context.out(`They run: sealift upgrade confirm ${upgrade.id} --hash ${hash}`);
}

/** Takes back that another person was asked. @throws NOT_FOUND, PLATFORM_* */
export async function withdrawRequest(id: string | undefined, { json }: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  const { id: found } = await findUpgrade(api, id);
  const upgrade = await api.delete(upgradeUrl(found, 'confirm'), upgradeSchema);
  context.out(json === true ? JSON.stringify(upgrade) : 'Nobody is asked to approve it any more.');
}
