import { SealiftError } from '@sealift/core/errors';
import type { ContentChange } from '@sealift/registry/routes';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SyncOnPush } from './sync-on-push.ts';

const marker: ContentChange = {
  act: 'push',
  kind: 'manifest',
  repository: 'sealift/packs/sealift-catalog',
  reference: 'release-p-1.0.0',
  digest: `sha256:${'a'.repeat(64)}`,
};
const start = vi.fn<() => Promise<void>>();
const warn = vi.fn<(error: unknown) => void>();
let pushed: SyncOnPush;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  start.mockReset().mockResolvedValue();
  warn.mockReset();
  pushed = new SyncOnPush({ start });
  pushed.begin(warn);
});
afterEach(() => {
  pushed.close();
  vi.useRealTimers();
});

it('syncs once when markers have come and no more do', async () => {
  for (let count = 0; count < 5; count += 1) {
    pushed.hear(marker);
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(start).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1000);
  expect(start).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(start).toHaveBeenCalledTimes(1);
});

it('does not wait for the end of pushes that do not end', async () => {
  for (let second = 0; second < 40; second += 1) {
    pushed.hear(marker);
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(start.mock.calls.length).toBeGreaterThanOrEqual(2);
});

it.each<[string, Partial<ContentChange>]>([
  ['a blob', { kind: 'blob' }],
  ['a pack', { repository: 'sealift/packs/spectro-packs/archive/calico' }],
  ['a marker without a tag', { reference: marker.digest ?? '' }],
  ['a deletion', { act: 'delete' }],
  ['a marker that was refused', { refused: 'pinned' }],
])('does not sync for %s', async (_, other) => {
  pushed.hear({ ...marker, ...other });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(start).not.toHaveBeenCalled();
});

it('tells of a sync that could not be asked for, but for one that an upgrade keeps back', async () => {
  start.mockRejectedValueOnce(new SealiftError('CONSOLE_LOCKED', { values: { upgrade: 'u' } }));
  pushed.hear(marker);
  await vi.advanceTimersByTimeAsync(2000);
  expect(warn).not.toHaveBeenCalled();
  start.mockRejectedValueOnce(new Error('no database'));
  pushed.hear(marker);
  await vi.advanceTimersByTimeAsync(2000);
  expect(warn).toHaveBeenCalledTimes(1);
});

it('asks for nothing once it is closed', async () => {
  pushed.hear(marker);
  pushed.close();
  pushed.hear(marker);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(start).not.toHaveBeenCalled();
});
