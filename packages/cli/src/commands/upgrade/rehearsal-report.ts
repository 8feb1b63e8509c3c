import type { Rehearsal } from '@sealift/site/rehearse';
import type { CliContext } from '../../context.ts';

/** What a rehearsal found, and what nobody looked at. */
export function showRehearsal(rehearsal: Rehearsal, context: Pick<CliContext, 'out' | 'note'>): void {
  const { running, other, emulated, served, findings, objects, written, refusedByBoth, keys } = rehearsal;
  const as = emulated === null ? other : `${other} emulating ${emulated}`;
  context.out(`From ${running} to ${as}`);
  if (served) {
    context.out(`${objects} objects listed, ${written} of them written as a dry run; ${keys} keys in etcd`);
    if (refusedByBoth > 0)
      context.note(`${refusedByBoth} objects are refused by ${running} too: nothing is told by them.`);
  } else context.note(`${as} did not serve, so no object was looked at.`);
  for (const { kind, object, text, remedy, more } of findings) {
    context.out(`${kind}: ${object}: ${text}${more === 0 ? '' : ` (and ${more} more)`}`);
    context.out(`  ${remedy}`);
  }
  for (const line of unlooked(rehearsal)) context.note(line);
  if (findings.length === 0) context.out('Nothing is in the way.');
}

/** What nobody can say anything about: it is never passed over in silence. */
function unlooked({ leftOut, unread, untold }: Rehearsal): readonly string[] {
  return [
    ...(leftOut.length === 0
      ? []
      : [`Only checked for being known, as they are about the machines: ${leftOut.join(', ')}`]),
    ...unread.map((path) => `Could be listed by neither, so nothing is told of ${path}`),
    ...(untold === 0 ? [] : [`${untold} values in etcd are encrypted: whether a list shows them was not looked at.`]),
  ];
}
