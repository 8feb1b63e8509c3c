import { expect, it } from 'vitest';
import { providersCheck } from './providers.ts';

it('an upgrade of the Cluster API providers is blocked beforehand, and no other is', async () => {
  expect(await providersCheck({ providers: true })).toMatchObject({
    outcome: 'block',
    detail: expect.stringContaining('Cluster API providers of a real cluster'),
    remedy: expect.stringContaining('clusterctl'),
  });
  expect(await providersCheck({ providers: false })).toMatchObject({ outcome: 'pass' });
});
