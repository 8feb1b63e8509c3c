import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackupList, backupListSchema } from '@sealift/core/api';
import { defineClusterApi } from '@sealift/testkit/cluster-api-definitions';
import { startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { SampleCluster } from '@sealift/testkit/sample-cluster';
import { KubeApi } from '@sealift/testkit/site/kube-api';
import { startVCenter } from '@sealift/testkit/vcenter';
import { waitUntil } from '@sealift/testkit/wait-until';
import { describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const peers = ['etcd', 'kube-apiserver', 'cluster-api-core', 'vcenter-simulator'] as const;
const missing = peers.map(peer).find((one) => one.missing);
const account = { username: 'admin', password: 'four random words here' };

describe.skipIf(missing !== undefined)(
  `sealift server run with programs for backups${missing === undefined ? '' : ` (${missing.remedy})`}`,
  () => {
    it('loads the objects of each backup into that API server, and the backup says so', {
      timeout: 240_000,
    }, async () => {
      const ends: (() => Promise<unknown>)[] = [];
      try {
        const folder = await mkdtemp(join(tmpdir(), 's'));
        ends.push(() => rm(folder, { recursive: true, force: true }));
        const vcenter = await startVCenter(peer('vcenter-simulator'), { folder: 'spectro-templates' });
        ends.push(() => vcenter.stop());
        const kubernetes = await startKubernetes(peer('etcd'), peer('kube-apiserver'));
        ends.push(() => kubernetes.stop());
        const api = await KubeApi.fromKubeconfig(kubernetes.kubeconfig);
        ends.push(async () => api.close());
        await defineClusterApi(api, peer('cluster-api-core'), 'v1beta2');
        const sample = new SampleCluster(api, 'v1beta2', 'default');
        await sample.create('Cluster', 'c1', { controlPlaneRef: sample.reference('KubeadmControlPlane', 'c1-cp') });
        await sample.template('old', 'r_u-2204-0-k-1363-0');
        await sample.controlPlane(1, 'v1.36.3', 'old');

        const stop = new AbortController();
        const env = {
          SEALIFT_VCENTER: vcenter.url,
          SEALIFT_VCENTER_USERNAME: vcenter.username,
          SEALIFT_VCENTER_PASSWORD: vcenter.password,
          SEALIFT_VCENTER_CA_FILE: vcenter.caFile,
        };
        const { context, written } = testContext({ cancel: stop.signal, env });
        const where = ['--data', join(folder, 'd'), '--listen', '127.0.0.1:0', '--kubeconfig', kubernetes.kubeconfig];
        const programs = ['--backup-kube-apiserver', peer('kube-apiserver').path, '--backup-etcd', peer('etcd').path];
        const served = run(['server', 'run', '--json', ...where, ...programs], context);
        ends.push(async () => {
          stop.abort();
          expect(await served).toBe(0);
        });
        const { url, setupUrl } = await waitUntil('the console', () => {
          const [line] = written.out;
          return line !== undefined && (JSON.parse(line) as { url: string; setupUrl: string });
        });
        const ask = async (method: string, path: string, body?: object, cookie = ''): Promise<Response> =>
          await fetch(`${url}/api/v1${path}`, {
            method,
            headers: { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          });
        const setup = await ask('POST', '/setup', { token: setupUrl.split('#token=')[1], ...account });
        const cookie = setup.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
        const list = async (): Promise<BackupList> =>
          backupListSchema.parse(await (await ask('GET', '/backups', undefined, cookie)).json());
        expect((await ask('POST', '/backups', {}, cookie)).status).toBe(202);
        const ended = await waitUntil(
          'the backup',
          async () => {
            const now = await list();
            return now.running === null && now;
          },
          180_000,
        );
        expect(ended.lastFailure).toBeNull();
        const [made] = ended.backups;
        expect(made?.proof?.objects).toBeGreaterThan(0);
        expect(made?.proof?.loaded).toBe(made?.proof?.objects);
      } finally {
        for (const end of ends.toReversed()) await end();
      }
    });
  },
);
