import './review.css';
import { rowOf } from '../../../../.storybook/made-up-upgrade.ts';
import preview from '../../../../.storybook/preview.tsx';
import { ResultLabel } from './result-label.tsx';

const meta = preview.meta({ component: ResultLabel });
const conflict = rowOf('conflict');

export const Open = meta.story({ args: { row: conflict } });
export const Settled = meta.story({
  args: { row: { ...conflict, isOpen: false, decision: { ...conflict.decision, resolvedBy: 'incoming' } } },
});
export const Kept = meta.story({ args: { row: rowOf('kept-custom') } });
export const FromTheRelease = meta.story({ args: { row: rowOf('taken-incoming') } });
