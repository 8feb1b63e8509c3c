import { type Upgrade, upgradeSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { legText, type RehearsedWay, type UpgradeRehearsal } from '@sealift/core/rehearsal';
import { connect } from '../../client/connect.ts';
import { findUpgrade, upgradeUrl } from '../../client/current-upgrade.ts';
import { polls } from '../../client/polls.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { type Output, printUpgrade } from './print.ts';
import { findingLines } from './rehearsal-report.ts';

const goesOn = 'The rehearsal goes on; see what it finds with: sealift upgrade status';

/**
 * Has the console rehearse a draft's minors of Kubernetes, and waits for the end; one that is under way is joined.
 *
 * @throws REHEARSAL_FAILED, PLATFORM_*, CANCELLED
 */
export async function rehearseByConsole(id: string | undefined, output: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  const found = await findUpgrade(api, id);
  if (found.rehearsal?.state !== 'running') await api.post(upgradeUrl(found.id, 'rehearsal'), {}, upgradeSchema);
  const ask = () => api.get(upgradeUrl(found.id), upgradeSchema);
  let told = '';
  for await (const poll of polls(ask, context, goesOn)) {
    if ('away' in poll) {
      context.note(plainLine(`${poll.away.message}; waiting for it to come back`));
      continue;
    }
    const { rehearsal } = poll.answer;
    if (rehearsal === null)
      throw new SealiftError('REHEARSAL_FAILED', { values: { reason: 'nothing is known of it any more' } });
    if (rehearsal.stage !== told) context.note(plainLine(rehearsal.stage));
    told = rehearsal.stage;
    if (rehearsal.state === 'running') continue;
    return showEnd(poll.answer, rehearsal, output, context);
  }
}

function showEnd(
  upgrade: Upgrade,
  { failure, legs, ways }: UpgradeRehearsal,
  { json }: Output,
  context: CliContext,
): void {
  if (failure !== null) {
    throw new SealiftError('REHEARSAL_FAILED', { values: { reason: failure.message }, hint: failure.hint });
  }
  if (ways.some(({ found }) => found > 0)) context.exitCode = 2;
  if (json === true) return printUpgrade(upgrade, { json }, context);
  context.out(`Rehearsed ${legs.map(legText).join('; ')}`);
  for (const way of ways) showWay(way, context);
  if (ways.every(({ found }) => found === 0)) context.out('Nothing is in the way.');
}

function showWay(way: RehearsedWay, context: CliContext): void {
  const { running, other, emulated, served, objects, written, findings, found, unlooked } = way;
  const as = emulated === null ? other : `${other} emulating ${emulated}`;
  context.out(way.way === 'back' ? `Back to ${other} after ${running}` : `From ${running} to ${as}`);
  if (served) context.out(`${objects} objects listed, ${written} of them written as a dry run`);
  else context.note(`${as} did not serve, so no object was looked at.`);
  for (const line of findings.flatMap(findingLines)) context.out(plainLine(line));
  if (found > findings.length) context.out(`and ${found - findings.length} more`);
  for (const line of unlooked) context.note(plainLine(line));
}
