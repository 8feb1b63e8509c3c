import { type Upgrade, upgradeRollbackSchema, upgradeSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { type OnFailure, onFailureSchema } from '@sealift/core/upgrade';
import { connect } from '../../client/connect.ts';
import { findUpgrade, upgradeUrl } from '../../client/current-upgrade.ts';
import type { CliContext } from '../../context.ts';
import { onFailureText } from './on-failure-text.ts';
import { type Output, printUpgrade } from './print.ts';
import { rollbackLines } from './rollback-lines.ts';
import { usage } from './usage.ts';

interface RollbackOptions extends Output {
  readonly dryRun?: true;
  readonly reason?: string;
}

/**
 * Has an upgrade taken back that is paused, needs a person or was aborted; says what is put back and what stays. With `dryRun` it says only that,
 * and exits with 3 where there is no way back.
 *
 * @throws UPGRADE_ROLLBACK_SHUT, UPGRADE_STATE_ILLEGAL, PLATFORM_*
 */
export async function rollBackUpgrade(
  id: string | undefined,
  { json, dryRun, reason = '' }: RollbackOptions,
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const upgrade = await findUpgrade(api, id);
  const url = upgradeUrl(upgrade.id, 'rollback');
  if (dryRun === true) {
    const answer = await api.get(url, upgradeRollbackSchema);
    if (answer.rollback?.possible !== true) context.exitCode = 3;
    if (json === true) context.out(JSON.stringify(answer));
    else print(upgrade, answer.rollback, context);
    return;
  }
  const after = await api.post(url, { reason }, upgradeSchema);
  if (json === true) {
    printUpgrade(after, { json }, context);
    return;
  }
  print(upgrade, after.rollback, context);
  context.out('It is being rolled back; follow it with: sealift upgrade watch');
}

function print({ id, from, to }: Upgrade, rollback: Upgrade['rollback'], { out }: CliContext): void {
  out(`${id}  back from ${to} to ${from}`);
  const nothing = ['can go back: no: it has not begun, has ended for good, or cannot be read'];
  for (const line of rollback === null ? nothing : rollbackLines(rollback)) out(line);
}

/** Chooses what a failure does that stops the upgrade; its hash changes with it. @throws USAGE, UPGRADE_NOT_DRAFT, PLATFORM_* */
export async function chooseOnFailure(
  choice: string,
  options: Output & { readonly id?: string },
  context: CliContext,
): Promise<void> {
  const onFailure: OnFailure | undefined = onFailureSchema.safeParse(choice).data;
  if (onFailure === undefined) throw usage(`${JSON.stringify(choice)} is neither stop nor roll-back`, 'what');
  const api = await connect(context);
  const { id } = await findUpgrade(api, options.id);
  const after = await api.put(upgradeUrl(id, 'on-failure'), { onFailure }, upgradeSchema);
  if (after.onFailure !== onFailure) {
    throw new SealiftError('UPGRADE_CHANGED', { place: id });
  }
  if (options.json === true) printUpgrade(after, options, context);
  else context.out(onFailureText(onFailure));
}
