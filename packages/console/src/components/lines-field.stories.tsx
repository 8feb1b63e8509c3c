import { fn } from 'storybook/test';
import preview from '../../.storybook/preview.tsx';
import { useTypedInto } from '../../.storybook/typed-into.ts';
import { LinesField } from './lines-field.tsx';

const meta = preview.meta({
  component: LinesField,
  args: {
    label: 'Addresses that may be asked',
    value: '10.0.0.0/8\nharbor.example',
    onChange: fn(),
    help: 'One on each line',
  },
  render: function Typed(args) {
    return <LinesField {...useTypedInto(args)} />;
  },
});

export const Given = meta.story();
export const Empty = meta.story({ args: { value: '', isRequired: true } });
export const Wrong = meta.story({ args: { value: '10.0.0.0/99', problem: 'Line 1 is no range of addresses' } });
