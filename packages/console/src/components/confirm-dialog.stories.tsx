import { fn } from 'storybook/test';
import preview from '../../.storybook/preview.tsx';
import { refusal } from '../../.storybook/refusal.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

const meta = preview.meta({
  component: ConfirmDialog,
  args: {
    title: 'Remove the registry mirror-1?',
    action: 'Remove',
    error: null,
    isPending: false,
    onConfirm: fn(),
    onClose: fn(),
    children: 'Its packs leave the catalogue. Nothing is removed from the registry itself.',
  },
});

export const Asked = meta.story();
export const Pending = meta.story({ args: { isPending: true } });
export const Refused = meta.story({
  args: {
    error: refusal(
      409,
      'REGISTRY_NEEDED',
      'mirror-1 holds what Harborview 4.2.12 needs, which the platform runs: pack calico 4.2.12',
      'Run the bundle of that release against the console first.',
    ),
  },
});
