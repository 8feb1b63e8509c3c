import './review.css';
import { fn } from 'storybook/test';
import { rows } from '../../../../.storybook/made-up-upgrade.ts';
import preview from '../../../../.storybook/preview.tsx';
import { ReviewTree } from './review-tree.tsx';
import { groupKey, openedAtFirst, toggled, treeItems } from './tree-items.ts';

const meta = preview.meta({
  component: ReviewTree,
  args: {
    items: treeItems(rows, openedAtFirst),
    opened: openedAtFirst,
    current: rows.find(({ isOpen }) => isOpen)?.key,
    hopOf: () => '',
    hunksOf: () => undefined,
    onGo: fn(),
    onToggle: fn(),
    onMore: fn(),
  },
});
const allOpen = toggled(openedAtFirst, groupKey('release'), true);

export const AtFirst = meta.story();
export const AllOpen = meta.story({ args: { items: treeItems(rows, allOpen), opened: allOpen } });

/** More than are drawn at once. */
export const Long = meta.story({
  args: {
    items: treeItems(
      Array.from({ length: 400 }, (_unused, at) => rows.map((row) => ({ ...row, key: `${at} ${row.key}` }))).flat(),
      openedAtFirst,
    ),
  },
});

export const NothingDiffers = meta.story({ args: { items: treeItems([], openedAtFirst), current: undefined } });
