import { fn } from 'storybook/test';
import preview from '../../.storybook/preview.tsx';
import { useTypedInto } from '../../.storybook/typed-into.ts';
import { TextFileField } from './text-file-field.tsx';

const meta = preview.meta({
  component: TextFileField,
  args: { label: 'CA certificates', value: '', onChange: fn(), help: 'PEM, one after the other' },
  render: function Typed(args) {
    return <TextFileField {...useTypedInto(args)} />;
  },
});

export const Empty = meta.story();
export const Given = meta.story({
  args: { value: '-----BEGIN CERTIFICATE-----\nMADEUP==\n-----END CERTIFICATE-----\n' },
});
export const Wrong = meta.story({ args: { value: 'no certificate', problem: 'This is no certificate in PEM' } });
