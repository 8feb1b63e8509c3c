import preview from '../../.storybook/preview.tsx';
import { texts } from '../../test/fixture/texts.ts';
import { DiffView } from './diff-view.tsx';

const meta = preview.meta({ component: DiffView });
const { base = '', current = '' } = texts['csi-csi-vsphere'] ?? {};

export const Changed = meta.story({
  args: { left: { label: 'Default', text: base }, right: { label: 'This site', text: current } },
});

export const LongUnchanged = meta.story({
  args: {
    left: { label: 'Default', text: `${'replicas: 1\n'.repeat(40)}mtu: 1500\n` },
    right: { label: 'This site', text: `${'replicas: 1\n'.repeat(40)}mtu: 8900\n` },
  },
});

export const Same = meta.story({
  args: { left: { label: 'Default', text: base }, right: { label: 'This site', text: base } },
});
