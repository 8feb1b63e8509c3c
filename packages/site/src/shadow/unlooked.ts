import type { Rehearsal } from './rehearse.ts';

/** What nobody can say anything about: it is never passed over in silence. */
export function unlookedLines({
  leftOut,
  unread,
  untold,
}: Pick<Rehearsal, 'leftOut' | 'unread' | 'untold'>): readonly string[] {
  return [
    ...(leftOut.length === 0
      ? []
      : [`Only checked for being known, as they are about the machines: ${leftOut.join(', ')}`]),
    ...unread.map((path) => `Could be listed by neither, so nothing is told of ${path}`),
    ...(untold === 0 ? [] : [`${untold} values in etcd are encrypted: whether a list shows them was not looked at.`]),
  ];
}
