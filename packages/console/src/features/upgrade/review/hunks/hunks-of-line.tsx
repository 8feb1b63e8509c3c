import { askedHunks } from '@sealift/core/merge';
import { useSyncExternalStore } from 'react';
import { useSession } from '../../../../api/session.ts';
import { settledHunks } from '../../../../api/typed-texts.ts';

const subscribe = (listener: () => void) => settledHunks.subscribe(listener);

/** In the line of an open conflict of which hunks are settled already: of how many. Nothing where none is. */
export function HunksOfLine({ upgradeId, rowKey }: { upgradeId: string; rowKey: string }) {
  const author = useSession().data?.username ?? '';
  const kept = useSyncExternalStore(subscribe, () => settledHunks.get(author, `${upgradeId} ${rowKey}`));
  if (kept === undefined || kept.choices.size === 0) return null;
  const { all, open } = askedHunks(kept.hunks, kept.choices);
  return (
    <span className="line-hunks">
      {all.length - open.length} of {all.length} hunks settled
    </span>
  );
}
