import { SealiftError } from '@sealift/core/errors';
import { expect, it } from 'vitest';
import { connectCluster } from './cluster.ts';
import { storageIdentityUnique } from './storage-checks.ts';

const connection = connectCluster({ simulatorUrl: undefined, vsphere: undefined });

it('blocks while another cluster shares the storage identity, with the remedy', async () => {
  const identity = async () => ({ clusterId: 'a/b', unique: false, message: 'a/b is also used by another cluster' });
  const check = await storageIdentityUnique({ ...connection, storage: { ...connection.storage, identity } });
  expect(check).toMatchObject({
    outcome: 'block',
    detail: 'a/b is also used by another cluster',
    remedy: expect.stringContaining('sealift vsphere cns repair'),
  });
});

it('passes when it is unique, and is unknown when it cannot be told', async () => {
  const identity = async () => ({ clusterId: 'a/b', unique: true, message: 'compared 4 volumes' });
  const storage = { ...connection.storage, identity };
  expect(await storageIdentityUnique({ ...connection, storage })).toMatchObject({ outcome: 'pass' });
  expect(await storageIdentityUnique(connection)).toMatchObject({
    outcome: 'unknown',
    remedy: new SealiftError('CLUSTER_NOT_CONNECTED').hint,
  });
});
