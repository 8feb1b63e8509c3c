import './review.css';
import { fn } from 'storybook/test';
import { rowOf } from '../../../../.storybook/made-up-upgrade.ts';
import preview from '../../../../.storybook/preview.tsx';
import { ReviewLine } from './review-line.tsx';

const conflict = rowOf('conflict');

const meta = preview.meta({
  component: ReviewLine,
  args: { hunks: undefined, row: conflict, level: 2, position: 1, size: 3, isCurrent: false, hop: '', onGo: fn() },
  // A line is a part of the list of the review.
  decorators: (Story) => (
    <div role="tree" aria-label="Decisions" className="review-tree">
      <Story />
    </div>
  ),
});

export const Open = meta.story();
export const Current = meta.story({ args: { isCurrent: true } });
export const HunksSettled = meta.story({ args: { hunks: '2 of 3' } });
export const BeingSaved = meta.story({ args: { row: { ...conflict, isOpen: false, isPending: true } } });
export const Kept = meta.story({ args: { row: rowOf('kept-custom') } });
export const FromTheRelease = meta.story({ args: { row: rowOf('taken-incoming') } });
export const OfSeveralHops = meta.story({ args: { hop: '4.2.13: ' } });
