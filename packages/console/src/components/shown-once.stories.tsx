import preview from '../../.storybook/preview.tsx';
import { ShownOnce } from './shown-once.tsx';

const meta = preview.meta({ component: ShownOnce });

export const Link = meta.story({
  args: {
    what: 'The link',
    secret: 'https://console.example/set-password#made-up-for-this-story',
    children: 'Give it to the person whom the account is for. It is good for a day.',
  },
});
