import { SealiftError } from '@sealift/core/errors';
import { expect, it } from 'vitest';
import type { StorageIdentity, StoragePort } from '../ports/storage.ts';
import { storageIdentityUnique } from './storage-checks.ts';

function storageOf(identity: () => Promise<StorageIdentity>): StoragePort {
  return { identity, repairIdentity: () => Promise.reject(new Error('a check changes nothing')) };
}

it('blocks while another cluster shares the storage identity, with the remedy', async () => {
  const message = 'a/b is also used by another cluster';
  const check = await storageIdentityUnique(storageOf(async () => ({ clusterId: 'a/b', unique: false, message })));
  expect(check).toMatchObject({
    outcome: 'block',
    detail: 'a/b is also used by another cluster',
    remedy: expect.stringContaining('sealift vsphere cns repair'),
  });
});

it('passes when it is unique, and is unknown when it cannot be told', async () => {
  const own = { clusterId: 'a/b', unique: true, message: 'compared 4 volumes' };
  expect(await storageIdentityUnique(storageOf(async () => own))).toMatchObject({ outcome: 'pass' });
  const away = storageOf(() => Promise.reject(new SealiftError('CLUSTER_NOT_CONNECTED')));
  expect(await storageIdentityUnique(away)).toMatchObject({
    outcome: 'unknown',
    remedy: new SealiftError('CLUSTER_NOT_CONNECTED').hint,
  });
});
