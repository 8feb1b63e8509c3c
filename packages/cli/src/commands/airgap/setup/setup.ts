import type { CliContext } from '../../../context.ts';
import type { HostFolder } from '../host/host-folder.ts';
import { folderOf } from '../host/host-folder.ts';
import { lockHost } from '../host/host-lock.ts';
import { detailsBlock, hostDetails, passwordsBlock, uploadVariablesOf } from './details.ts';
import { planSetup, type SetupPlan } from './plan.ts';
import type { SetupOptions } from './settings.ts';
import { nextCommands } from './units.ts';

/**
 * Sets this machine up as a support host: certificates, users, units, folders of the registry and the file server. What is there stays; a second run
 * shows the details again. A run that was cut off is finished by the next.
 *
 * @throws what `planSetup` throws, before anything is written; AIRGAP_BUSY, FILE_UNWRITABLE
 */
export async function setUpHost(host: string, options: SetupOptions, context: CliContext): Promise<void> {
  const folder = folderOf(options.dir, context.env);
  const looked = await planSetup(host, options, folder, context);
  for (const remark of looked.remarks) context.note(`systemd-analyze verify: ${remark}`);
  if (options.dryRun === true) return showPlan(looked, folder, options, context);
  const plan = await carryOut(host, options, folder, looked, context);
  const details = await hostDetails(folder, plan.state);
  const next = nextCommands(folder, plan.state, plan.program);
  const { passwords } = plan;
  if (options.json === true) {
    const shown = Object.fromEntries(passwords.map(({ user, password }) => [user, password.reveal()]));
    const written = plan.items.map(({ path }) => path);
    context.out(JSON.stringify({ ...details, dryRun: false, written, passwords: shown, next }));
    return;
  }
  context.out(detailsBlock(details));
  context.out(
    passwords.length > 0
      ? passwordsBlock(passwords)
      : 'Passwords cannot be shown again. `sealift airgap rotate passwords` makes new ones.',
  );
  context.out(`To have bundles upload to this registry:\n${indented(uploadVariablesOf(details))}`);
  const where = plan.state.units === null ? 'To start the services, each in a terminal of its own:' : 'Next:';
  context.out(`${where}\n${indented(next)}`);
  if (plan.items.length === 0) context.note('Everything was there already; nothing was changed.');
}

/** Nothing is changed where nothing is to be done; else it is looked at again once no other run can change anything. */
async function carryOut(
  host: string,
  options: SetupOptions,
  folder: HostFolder,
  looked: SetupPlan,
  context: CliContext,
): Promise<SetupPlan> {
  if (looked.items.length === 0) return looked;
  const lock = lockHost(folder);
  try {
    const plan = await planSetup(host, options, folder, context);
    for (const { act } of plan.items) await act();
    return plan;
  } finally {
    lock.release();
  }
}

function showPlan(plan: SetupPlan, { root }: HostFolder, { json }: SetupOptions, context: CliContext): void {
  const would = plan.items.map(({ path, what }) => ({ path, what }));
  if (json === true) {
    context.out(JSON.stringify({ folder: root, host: plan.state.host, dryRun: true, would }));
    return;
  }
  for (const { path, what } of would) context.out(`would write ${path}: ${what}`);
  context.out(would.length === 0 ? 'Everything is there already.' : 'Nothing was written.');
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
