import preview from '../../../.storybook/preview.tsx';
import { RefusedEntries } from './refused-entries.tsx';

const meta = preview.meta({ component: RefusedEntries, args: { registry: 'mirror-1' } });

export const Two = meta.story({
  args: {
    refused: [
      {
        name: 'spectro-packs/archive/calico:3.25.1',
        code: 'PACK_UNSIGNED',
        detail: 'it is not signed by any trusted key',
        hint: 'Trust the key of its vendor, or ask for a signed one.',
      },
      {
        name: `spectro-packs/archive/${'a-very-long-name-'.repeat(6)}:1.0.0`,
        code: 'PACK_INVALID',
        detail: 'pack.json has no version',
        hint: 'Push the pack again.',
      },
    ],
  },
});
