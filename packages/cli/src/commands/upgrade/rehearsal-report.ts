import type { RehearsalFinding } from '@sealift/core/rehearsal';
import type { Rehearsal, Way } from '@sealift/site/rehearse';
import { unlookedLines } from '@sealift/site/rehearsal-lines';
import type { CliContext } from '../../context.ts';

type Told = Pick<CliContext, 'out' | 'note'>;

/** What a rehearsal found, and what nobody looked at. */
export function showRehearsal(rehearsal: Rehearsal, context: Told): void {
  const { running, other, emulated, leftOut, findings, back } = rehearsal;
  const as = emulated === null ? other : `${other} emulating ${emulated}`;
  context.out(`From ${running} to ${as}`);
  showWay(rehearsal, { as, beside: running, leftOut }, context);
  if (back !== null) {
    context.out(`Back to ${running} after ${as}`);
    showWay(back, { as: running, beside: running, leftOut: [] }, context);
  }
  if (findings.length + (back?.findings.length ?? 0) === 0) context.out('Nothing is in the way.');
}

function showWay(
  { served, objects, written, refusedByBoth, keys, findings, unread, untold }: Way,
  { as, beside, leftOut }: { readonly as: string; readonly beside: string; readonly leftOut: readonly string[] },
  context: Told,
): void {
  if (served) {
    context.out(`${objects} objects listed, ${written} of them written as a dry run; ${keys} keys in etcd`);
    if (refusedByBoth > 0)
      context.note(`${refusedByBoth} objects are refused by ${beside} too: nothing is told by them.`);
  } else context.note(`${as} did not serve, so no object was looked at.`);
  for (const line of findings.flatMap(findingLines)) context.out(line);
  for (const line of unlookedLines({ leftOut, unread, untold })) context.note(line);
}

/** A finding, and below it what to do. */
export function findingLines({ kind, object, text, remedy, more }: RehearsalFinding): readonly string[] {
  return [`${kind}: ${object}: ${text}${more === 0 ? '' : ` (and ${more} more)`}`, `  ${remedy}`];
}
