import preview from '../../../.storybook/preview.tsx';
import { RegistryConflicts } from './registry-conflicts.tsx';

const meta = preview.meta({ component: RegistryConflicts });

export const One = meta.story({
  args: {
    conflicts: [
      {
        kind: 'pack',
        name: 'cni-calico',
        version: '3.25.1',
        places: [
          { registry: 'spectro-packs', digest: `sha256:${'a1b2'.repeat(16)}`, inCatalogue: true },
          { registry: 'mirror-1', digest: `sha256:${'c3d4'.repeat(16)}`, inCatalogue: false },
        ],
      },
    ],
  },
});
