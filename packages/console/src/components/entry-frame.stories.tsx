import preview from '../../.storybook/preview.tsx';
import { EntryFrame } from './entry-frame.tsx';

const meta = preview.meta({ component: EntryFrame, parameters: { layout: 'fullscreen' } });

export const SignIn = meta.story({ args: { title: 'Sign in', children: <p>The form stands here.</p> } });
