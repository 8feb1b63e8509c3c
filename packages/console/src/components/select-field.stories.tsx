import { fn } from 'storybook/test';
import preview from '../../.storybook/preview.tsx';
import { useTypedInto } from '../../.storybook/typed-into.ts';
import { SelectField } from './select-field.tsx';

const roles = [
  ['root', 'Root'],
  ['operations', 'Operations'],
  ['viewer', 'Viewer'],
] as const;

const meta = preview.meta({
  component: SelectField<string>,
  args: { label: 'Role', value: 'viewer', choices: roles, onChange: fn() },
  render: function Chosen(args) {
    return <SelectField {...useTypedInto(args)} />;
  },
});

export const Alone = meta.story();
export const WithHelp = meta.story({ args: { help: 'What the account may do' } });
