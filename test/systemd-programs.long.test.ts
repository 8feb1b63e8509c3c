import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { ApiClient } from '@sealift/cli/api-client';
import { backupListSchema } from '@sealift/core/api';
import { defineClusterApi } from '@sealift/testkit/cluster-api-definitions';
import { startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { SampleCluster } from '@sealift/testkit/sample-cluster';
import { KubeApi } from '@sealift/testkit/site/kube-api';
import { startMachine, systemd } from '@sealift/testkit/systemd';
import { startVCenter } from '@sealift/testkit/vcenter';
import { waitUntil } from '@sealift/testkit/wait-until';
import { describe, expect, it } from 'vitest';
import { freePort } from '../packages/server/src/testing/postgres-server.ts';
import { unpackExecutable } from './setup/bundle-executable.ts';

const needed = systemd();
const peers = ['etcd', 'kube-apiserver', 'cluster-api-core', 'vcenter-simulator'] as const;
const missing = [needed, ...peers.map(peer)].find((one) => one.missing);
const account = { username: 'admin', password: 'four random words here' };
const never = new AbortController().signal;

/** What a unit keeps from a console must not keep a console from its work: it starts a real etcd and a real API server. */
describe.skipIf(missing !== undefined)(
  `programs that a console runs as a service of systemd (${missing?.remedy ?? needed.remedy})`,
  () => {
    it('load the objects of a backup of a real cluster', { timeout: 400_000 }, async () => {
      const ends: (() => Promise<unknown>)[] = [];
      try {
        const vcenter = await startVCenter(peer('vcenter-simulator'), { folder: 'spectro-templates' });
        ends.push(() => vcenter.stop());
        const kubernetes = await startKubernetes(peer('etcd'), peer('kube-apiserver'));
        ends.push(() => kubernetes.stop());
        const cluster = await KubeApi.fromKubeconfig(kubernetes.kubeconfig);
        ends.push(async () => cluster.close());
        await defineClusterApi(cluster, peer('cluster-api-core'), 'v1beta2');
        const sample = new SampleCluster(cluster, 'v1beta2', 'default');
        await sample.create('Cluster', 'c1', { controlPlaneRef: sample.reference('KubeadmControlPlane', 'c1-cp') });
        await sample.template('old', 'r_u-2204-0-k-1363-0');
        await sample.controlPlane(1, 'v1.36.3', 'old');

        const machine = await startMachine();
        ends.push(() => machine.stop());
        for (const folder of ['/etc/sealift', '/opt/kubernetes']) mkdirSync(machine.path(folder), { recursive: true });
        const put = (from: string, to: string, mode: number): void => {
          copyFileSync(from, machine.path(to));
          chmodSync(machine.path(to), mode);
        };
        await unpackExecutable(machine.path('/usr/local/bin/sealift'));
        put(kubernetes.kubeconfig, '/etc/sealift/kubeconfig', 0o644);
        put(vcenter.caFile, '/etc/sealift/vcenter-ca.pem', 0o644);
        for (const name of ['etcd', 'kube-apiserver'] as const) put(peer(name).path, `/opt/kubernetes/${name}`, 0o755);
        const settings = [
          `SEALIFT_VCENTER=${vcenter.url}`,
          `SEALIFT_VCENTER_USERNAME=${vcenter.username}`,
          `SEALIFT_VCENTER_PASSWORD=${vcenter.password}`,
          'SEALIFT_VCENTER_CA_FILE=/etc/sealift/vcenter-ca.pem',
        ];
        writeFileSync(machine.path('/etc/sealift/server.env'), `${settings.join('\n')}\n`, { mode: 0o600 });
        const listen = `127.0.0.1:${await freePort()}`;
        const programs = [
          '--backup-kube-apiserver',
          '/opt/kubernetes/kube-apiserver',
          '--backup-etcd',
          '/opt/kubernetes/etcd',
        ];
        await machine.reads('useradd', '--system', '--home-dir', '/var/lib/sealift', 'sealift');
        await machine.reads(
          'sealift',
          'server',
          'unit',
          '--listen',
          listen,
          '--kubeconfig',
          '/etc/sealift/kubeconfig',
          ...programs,
        );
        await machine.reads('systemctl', 'daemon-reload');
        await machine.reads('systemctl', 'start', 'sealift.service');

        const token = /#token=(\S+)/.exec(await machine.journal('sealift.service'))?.[1] ?? '';
        const url = `http://${listen}`;
        const cookie = await new ApiClient({ url, env: {} }).openSession('/api/v1/setup', { token, ...account });
        const api = new ApiClient({ url, cookie, env: {}, cancel: never });
        await api.post('/api/v1/backups', {}, backupListSchema);
        const ended = await waitUntil(
          'the backup',
          async () => {
            const now = await api.get('/api/v1/backups', backupListSchema);
            return now.running === null && now;
          },
          300_000,
        );
        expect(ended.lastFailure).toBeNull();
        const [made] = ended.backups;
        expect(made?.proof?.objects).toBeGreaterThan(0);
        expect(made?.proof?.loaded).toBe(made?.proof?.objects);
        await machine.reads('systemctl', 'stop', 'sealift.service');
        expect(await machine.property('sealift.service', 'Result')).toBe('success');
      } finally {
        for (const end of ends.toReversed()) await end();
      }
    });
  },
);
