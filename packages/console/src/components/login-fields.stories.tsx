import { fn } from 'storybook/test';
import preview from '../../.storybook/preview.tsx';
import { LoginFields } from './login-fields.tsx';

const meta = preview.meta({
  component: LoginFields,
  args: {
    form: { user: '', secret: '', ca: '' },
    labels: { user: 'User name', secret: 'Password' },
    hasSecret: false,
    problems: {},
    onChange: fn(),
  },
});

export const Empty = meta.story();
export const StoredSecret = meta.story({
  args: { form: { user: 'sync', secret: '', ca: '' }, hasSecret: true, keptWhile: 'address and user name' },
});
export const MayBeLeftOut = meta.story({ args: { leftOut: 'Left empty: without a login' } });
export const Wrong = meta.story({
  args: {
    problems: { user: 'A user name is needed', secret: 'A password is needed', ca: 'This is no certificate in PEM' },
  },
});
