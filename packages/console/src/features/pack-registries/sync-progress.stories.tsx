import type { SyncState } from '@sealift/core/api';
import preview from '../../../.storybook/preview.tsx';
import { neverSynced } from '../../../test/fixture/registries.ts';
import { SyncProgress } from './sync-progress.tsx';

const at = '2026-11-23T00:20:00.000Z';
const sync: SyncState = { ...neverSynced, refused: [] };
const running = { ...sync, state: 'running', startedAt: at } as const;
const ended = { ...running, state: 'succeeded', finishedAt: at, done: 10_000, total: 10_000 } as const;

const meta = preview.meta({ component: SyncProgress, args: { name: 'mirror-1' } });

export const Never = meta.story({ args: { sync } });
export const Starting = meta.story({ args: { sync: { ...running, message: 'Reading the list of repositories' } } });
export const Running = meta.story({
  args: { sync: { ...running, done: 3120, total: 10_000, message: 'Reading pack calico 3.25.1' } },
});
export const Synced = meta.story({ args: { sync: { ...ended, message: '10,000 packs, nothing new' } } });
export const SomeRefused = meta.story({
  args: {
    sync: {
      ...ended,
      message: '9,999 packs',
      refused: [{ name: 'calico:3.25.1', code: 'PACK_UNSIGNED', detail: 'it is not signed', hint: 'Ask its vendor.' }],
    },
  },
});
export const Failed = meta.story({
  args: { sync: { ...ended, state: 'failed', done: 12, message: 'harbor.example did not answer within 30 s' } },
});
