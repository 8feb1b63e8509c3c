import { memo } from 'react';
import { FromTo } from './from-to.tsx';
import { ResultLabel } from './result-label.tsx';
import { changedBy, pathParts, type ReviewRow } from './review-rows.ts';
import { changeOfRow } from './row-words.ts';

interface ReviewLineProps {
  /** How many hunks of an open text are settled, of how many. */
  hunks: string | undefined;
  row: ReviewRow;
  level: number;
  position: number;
  size: number;
  isCurrent: boolean;
  /** Of several hops, for which release the layer is. */
  hop: string;
  onGo: (key: string) => void;
}

const who = { site: 'changed here', release: 'changed by the release', both: 'changed by both' } as const;

/** One decision in the list: path, layer, from which value to which, who changed it and what becomes of it. */
export const ReviewLine = memo(function ReviewLine(props: ReviewLineProps) {
  const { hunks, row, level, position, size, isCurrent, hop, onGo } = props;
  const { decision, layer, path } = row;
  const isWhole = decision.path.length === 0;
  const { last, parents } = pathParts(decision);
  const isBegun = row.isOpen && hunks !== undefined;
  return (
    <div
      role="treeitem"
      aria-level={level}
      aria-posinset={position}
      aria-setsize={size}
      aria-selected={isCurrent}
      tabIndex={isCurrent ? 0 : -1}
      data-key={row.key}
      className={`review-line level-${level}`}
      onClick={() => onGo(row.key)}
    >
      <span className="line-path" title={isWhole ? undefined : path}>
        <span className="path-last">{isWhole ? layer.displayName : last}</span>{' '}
        {parents !== '' && <span className="path-parents">in {parents}</span>}
      </span>{' '}
      <span className="line-layer">
        {hop}
        {layer.displayName}
      </span>{' '}
      <span className="line-change">{isWhole ? decision.reason : <FromTo {...changeOfRow(row)} />}</span>{' '}
      <span className="line-result">
        <span className="line-who">{isBegun ? `${hunks} hunks settled` : who[changedBy(decision)]}</span>{' '}
        <ResultLabel row={row} />
        {row.isPending && <span className="pf-v6-screen-reader">, being saved</span>}
      </span>
    </div>
  );
});
