import { MemoryStore } from '@sealift/testkit/upgrade/memory-store';
import { sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { ovaBytes, pinned, World } from '@sealift/testkit/upgrade/world';
import { isDeclaredWork } from '../../preflight/declared-check.ts';
import { backupContract } from './backup.ts';
import { clusterContract } from './cluster.ts';
import { consoleContract } from './console.ts';
import { contentContract } from './content.ts';
import { declaredContract } from './declared.ts';
import { journalContract } from './journal.ts';
import { leaseContract } from './lease.ts';
import { providersContract } from './providers.ts';
import { storageContract } from './storage.ts';
import { storedVersionsContract } from './stored-versions.ts';
import { vcenterContract } from './vcenter.ts';

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
providersContract('the model', async () => ({ port: world().providers }), {
  core: '1.10.4',
  kubeadm: '1.10.4',
  vsphere: '1.13.1',
  components: { pack: 'cluster-api', version: '1.10.4', digest: pinned.providers },
});
storedVersionsContract(
  'the model',
  async () => ({ port: world().storedVersions }),
  () => [],
);
declaredContract('the model', async () => {
  const made = new World();
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'db-0', namespace: 'harbor' } };
  made.objects.push({ name: 'Pod harbor/db-0', object });
  const work = sampleUpgrade().plan.hops.flatMap(({ steps }) => steps.filter(isDeclaredWork));
  const query = { apiVersion: 'v1', kind: 'Pod', namespace: 'harbor' };
  const { declared } = made.ports(() => Promise.resolve());
  return { port: { declared, work: work.map(({ target }) => target.do), query } };
});
backupContract('the model', async () => ({ port: { backup: world().backup, upgradeIds: ['u1', 'u2'] } }));
consoleContract('the model', async () => ({
  port: { console: world().console, upgradeId: 'u1', from: '4.2.12', to: '4.2.13' },
}));
contentContract('the model', async () => ({
  port: {
    content: world().content,
    ova: { digest: pinned.ova, bytes: ovaBytes },
    pinned: { pack: 'cni-calico', version: '3.26.1', digest: pinned.calico },
    opened: { valuesYaml: '', manifests: new Map(), charts: new Map() },
    release: { digest: pinned.release, pinned: { images: [], elsewhere: [], tools: [] } },
  },
}));
leaseContract('the store in memory', async () => ({ port: new MemoryStore().lease }));
journalContract('the store in memory', async () => {
  const store = new MemoryStore();
  store.add('u1', sampleUpgrade(), 'ready');
  return { port: { journal: store.journal, lease: store.lease, upgradeId: 'u1' } };
});
