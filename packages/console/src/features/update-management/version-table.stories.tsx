import { fn } from 'storybook/test';
import preview from '../../../.storybook/preview.tsx';
import { updates } from '../../../test/fixture/platform.ts';
import { VersionTable } from './version-table.tsx';

const { available, recommended } = updates('4.2.12', true, false);

const meta = preview.meta({
  component: VersionTable,
  args: { available, recommended: recommended?.version, onUpdate: fn() },
});

export const OneRecommended = meta.story();
export const NoneRecommended = meta.story({ args: { recommended: undefined } });
export const WithARisk = meta.story({
  args: {
    available: available.map((update) => ({
      ...update,
      risk: { name: 'SlowDisks', severity: 'low', text: 'Volumes are attached more slowly.' },
    })),
  },
});
