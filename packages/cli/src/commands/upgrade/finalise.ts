import { upgradeSchema } from '@sealift/core/api';
import { connect } from '../../client/connect.ts';
import { upgradeUrl } from '../../client/current-upgrade.ts';
import type { CliContext } from '../../context.ts';
import { type Output, printUpgrade } from './print.ts';

/**
 * Says that an upgrade's control plane need not go back any more. The upgrade is named, never guessed: nothing takes this back.
 *
 * @throws UPGRADE_NOT_FINALISABLE, PLATFORM_*
 */
export async function finaliseUpgrade(id: string, { json }: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  const upgrade = await api.post(upgradeUrl(id, 'finalise'), {}, upgradeSchema);
  if (json === true) return printUpgrade(upgrade, { json }, context);
  context.out(`Upgrade ${upgrade.id} is finalised: its control plane now goes on to serve the new Kubernetes.`);
  context.out('Follow it with: sealift upgrade watch');
}
