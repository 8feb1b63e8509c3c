import { fn } from 'storybook/test';
import preview from '../../.storybook/preview.tsx';
import { useTypedInto } from '../../.storybook/typed-into.ts';
import { NewPasswordFields } from './new-password-fields.tsx';

const meta = preview.meta({
  component: NewPasswordFields,
  args: { value: { password: '', again: '' }, onChange: fn(), tried: false },
  render: function Typed(args) {
    return <NewPasswordFields {...useTypedInto(args)} />;
  },
});

export const Empty = meta.story();
export const TooShort = meta.story({ args: { value: { password: 'short', again: 'short' }, tried: true } });
export const Differing = meta.story({
  args: { value: { password: 'four words that are long', again: 'four words that are' }, tried: true },
});
