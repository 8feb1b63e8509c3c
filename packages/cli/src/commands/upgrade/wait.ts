import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findUpgrade } from '../../client/current-upgrade.ts';
import { follow } from './follow.ts';
import type { Output } from './print.ts';

/** @throws UPGRADE_NOT_SUCCEEDED, UPGRADE_BLOCKED when it was never confirmed, PLATFORM_* */
export async function waitForUpgrade(id: string | undefined, options: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  await follow(api, (await findUpgrade(api, id)).id, options, context);
}
