import { AngleRightIcon } from '@patternfly/react-icons';
import type { KeyboardEvent } from 'react';
import { ReviewLine } from './review-line.tsx';
import type { GroupName, ReviewRow } from './review-rows.ts';
import { groups, type Opened, type TreeItem } from './tree-items.ts';

interface ReviewTreeProps {
  items: readonly TreeItem[];
  opened: Opened;
  /** The line that the keyboard is at. */
  current: string | undefined;
  hopOf: (row: ReviewRow) => string;
  /** How many hunks of an open text are settled, of how many. */
  hunksOf: (row: ReviewRow) => string | undefined;
  onGo: (key: string) => void;
  onToggle: (key: string, open: boolean) => void;
  onMore: (of: string) => void;
}

const titles: Readonly<Record<GroupName, string>> = {
  'needs-you': 'Needs you',
  kept: 'Kept yours',
  release: 'From the release',
};

/**
 * Every decision, in groups that open and close: a tree (WAI-ARIA Authoring Practices, "Tree View") with one stop of the Tab key. The arrow keys
 * move in it as there; keys with a meaning of their own are the review's.
 */
export function ReviewTree({ items, opened, current, hopOf, hunksOf, onGo, onToggle, onMore }: ReviewTreeProps) {
  const stop = items.some(({ key }) => key === current) ? current : items[0]?.key;
  const at = items.findIndex(({ key }) => key === stop);
  const item = items[at];
  const go = (to: number): void => {
    const next = items[Math.max(0, Math.min(items.length - 1, to))];
    if (next !== undefined) onGo(next.key);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || item === undefined) return;
    const isOpen = opened.open.has(item.key);
    const isParent = item.kind === 'group' || item.kind === 'images';
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      Home: () => go(0),
      End: () => go(items.length - 1),
      ArrowRight: () => (isParent && !isOpen ? onToggle(item.key, true) : go(at + 1)),
      ArrowLeft: () => (isParent && isOpen ? onToggle(item.key, false) : go(parentOf(items, at))),
      Enter: () => act(item, isOpen, onToggle, onMore),
      ' ': () => act(item, isOpen, onToggle, onMore),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  };
  return (
    <div role="tree" aria-label="Decisions" className="review-tree" onKeyDown={press}>
      {items.map((one) => {
        const isCurrent = one.key === stop;
        if (one.kind === 'row') {
          const { row, level, position, size } = one;
          return (
            <ReviewLine
              key={one.key}
              hunks={row.isOpen ? hunksOf(row) : undefined}
              row={row}
              level={level}
              position={position}
              size={size}
              isCurrent={isCurrent}
              hop={hopOf(row)}
              onGo={onGo}
            />
          );
        }
        const isOpen = opened.open.has(one.key);
        const isParent = one.kind !== 'more';
        return (
          <div
            key={one.key}
            role="treeitem"
            aria-level={one.kind === 'group' ? 1 : 2}
            {...(one.kind === 'group'
              ? { 'aria-posinset': groups.indexOf(one.group) + 1, 'aria-setsize': groups.length }
              : {})}
            {...(isParent ? { 'aria-expanded': isOpen } : {})}
            aria-selected={isCurrent}
            tabIndex={isCurrent ? 0 : -1}
            data-key={one.key}
            className={one.kind === 'group' ? 'review-group' : 'review-line level-2 whole-line'}
            onClick={() => {
              onGo(one.key);
              act(one, isOpen, onToggle, onMore);
            }}
          >
            {isParent && <AngleRightIcon className={isOpen ? 'opener is-open' : 'opener'} />}
            <ItemText item={one} />
          </div>
        );
      })}
    </div>
  );
}

function ItemText({ item }: { item: Exclude<TreeItem, { kind: 'row' }> }) {
  if (item.kind === 'more') return <>Show more ({item.left} left)</>;
  if (item.kind === 'images') {
    return (
      <span>
        Images <span className="quiet">{item.rows.length} brought up to date by the release</span>
      </span>
    );
  }
  const open = item.rows.filter(({ isOpen }) => isOpen).length;
  if (item.group !== 'needs-you') {
    return (
      <span>
        {titles[item.group]} <span className="quiet">({item.rows.length})</span>
      </span>
    );
  }
  return (
    <span>
      {titles['needs-you']} ({open}){open === 0 && <span className="quiet"> nothing is open</span>}
    </span>
  );
}

function act(
  item: TreeItem,
  isOpen: boolean,
  onToggle: ReviewTreeProps['onToggle'],
  onMore: ReviewTreeProps['onMore'],
): void {
  if (item.kind === 'more') onMore(item.of);
  else if (item.kind !== 'row') onToggle(item.key, !isOpen);
}

/** The line above that a line belongs to. */
function parentOf(items: readonly TreeItem[], at: number): number {
  const level = levelOf(items[at]);
  for (let index = at - 1; index >= 0; index -= 1) if (levelOf(items[index]) < level) return index;
  return at;
}

function levelOf(item: TreeItem | undefined): number {
  if (item === undefined || item.kind === 'group') return 1;
  return item.kind === 'row' ? item.level : 2;
}
