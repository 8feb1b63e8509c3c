import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findUpgrade } from '../../client/current-upgrade.ts';
import { type Output, printUpgrade } from './print.ts';

/** Shows one upgrade. */
export async function showUpgrade(id: string | undefined, options: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  printUpgrade(await findUpgrade(api, id), options, context);
}
