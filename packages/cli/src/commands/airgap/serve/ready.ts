import { identityOf } from '@sealift/io/process-identity';
import type { CliContext } from '../../../context.ts';
import { type ReadyOptions, untilReady } from '../../../units/until-ready.ts';
import { folderOf } from '../host/host-folder.ts';
import { requireState } from '../host/host-state.ts';
import { serviceKindOf } from '../setup/units.ts';
import { readServing } from './serving-record.ts';

/**
 * Waits until a service of the support host serves, as it says itself.
 *
 * @throws USAGE, SERVICE_NOT_READY, AIRGAP_NOT_SET_UP, AIRGAP_SETUP_OPEN, AIRGAP_STATE_*, CANCELLED
 */
export async function waitForService(
  name: string,
  options: ReadyOptions & { readonly dir?: string },
  context: CliContext,
): Promise<void> {
  const kind = serviceKindOf(name);
  const folder = folderOf(options.dir, context.env);
  await requireState(folder);
  const serves = async (): Promise<boolean> => {
    const record = await readServing(folder, kind);
    if (record === undefined || options.process === undefined) return record !== undefined;
    return record.process === (await identityOf(Number(options.process)));
  };
  await untilReady(`the service ${kind}`, options, serves, context.cancel);
  context.out(`The service ${kind} is ready.`);
}
