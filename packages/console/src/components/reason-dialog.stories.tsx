import { fn } from 'storybook/test';
import preview from '../../.storybook/preview.tsx';
import { refusal } from '../../.storybook/refusal.ts';
import { ReasonDialog } from './reason-dialog.tsx';

const meta = preview.meta({
  component: ReasonDialog,
  args: {
    title: 'Abort the upgrade?',
    action: 'Abort',
    decline: 'Go on',
    longest: 500,
    error: null,
    isPending: false,
    onGiven: fn(),
    onClose: fn(),
    children: <p>The step under way is ended first. The site stays between 4.2.12 and 4.2.13.</p>,
  },
});

export const Asked = meta.story();
export const Pending = meta.story({ args: { isPending: true } });
export const Refused = meta.story({
  args: { error: refusal(409, 'UPGRADE_ENDED', 'the upgrade has ended', 'Look at how it ended.') },
});
