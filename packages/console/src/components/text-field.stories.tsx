import { fn } from 'storybook/test';
import preview from '../../.storybook/preview.tsx';
import { useTypedInto } from '../../.storybook/typed-into.ts';
import { TextField } from './text-field.tsx';

const meta = preview.meta({
  component: TextField,
  args: { label: 'Name', value: '', onChange: fn(), autoComplete: 'off' },
  render: function Typed(args) {
    return <TextField {...useTypedInto(args)} />;
  },
});

export const Empty = meta.story();
export const WithHelp = meta.story({ args: { value: 'mirror-1', help: 'Lower-case letters, digits and hyphens' } });
export const Wrong = meta.story({ args: { value: 'Mirror 1', problem: 'A space cannot stand in a name' } });
export const Password = meta.story({ args: { label: 'Password', type: 'password', value: 'made up' } });
export const MayBeLeftOut = meta.story({ args: { isRequired: false } });
