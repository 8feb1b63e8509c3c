import { vi } from 'vitest';
import { MemoryStore } from '@sealift/testkit/upgrade/memory-store';
import { sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { ovaBytes, World } from '@sealift/testkit/upgrade/world';
import { clusterContract } from './cluster.ts';
import { journalContract } from './journal.ts';
import { leaseContract } from './lease.ts';
import { storageContract } from './storage.ts';
import { vcenterContract } from './vcenter.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 30_000 });

const world = () => {
  const made = new World();
  made.templates.set('r_new', { name: 'r_new', sha256: null, kubernetes: '1.26.10', poweredOn: false, marked: true });
  return made.ports(() => Promise.resolve());
};

vcenterContract(
  'the model',
  async () => ({ port: world().vcenter }),
  async () => ovaBytes,
);
storageContract('the model', async () => ({ port: world().storage }));
clusterContract('the model', async () => ({ port: world().cluster }), { version: '1.26.10', template: 'r_new' });
leaseContract('the store in memory', async () => ({ port: new MemoryStore().lease }));
journalContract('the store in memory', async () => {
  const store = new MemoryStore();
  store.add('u1', sampleUpgrade(), 'ready');
  return { port: { journal: store.journal, lease: store.lease, upgradeId: 'u1' } };
});
