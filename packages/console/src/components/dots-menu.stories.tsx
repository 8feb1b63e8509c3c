import { DropdownItem } from '@patternfly/react-core';
import { userEvent, within } from 'storybook/test';
import preview from '../../.storybook/preview.tsx';
import { DotsMenu } from './dots-menu.tsx';

const meta = preview.meta({
  component: DotsMenu,
  args: {
    label: 'Actions for mirror-1',
    children: ['Sync', 'Edit', 'Remove'].map((action) => <DropdownItem key={action}>{action}</DropdownItem>),
  },
});

export const Closed = meta.story();
export const Open = meta.story({
  play: async ({ canvasElement }) => userEvent.click(await within(canvasElement).findByRole('button')),
});
