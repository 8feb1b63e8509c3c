import { backupListSchema } from '@sealift/core/api';
import { Secret } from '@sealift/core/secret';
import { type RunningConsole, startConsole } from '@sealift/server/console';
import { validCertificate } from '@sealift/testkit/certificates';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { type S3Server, startS3Server } from '@sealift/testkit/s3-server';
import { KubeApi, type KubeObject } from '@sealift/testkit/site/kube-api';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCluster } from './setup/cluster-objects.ts';
import { Desk } from './setup/guides/desk.ts';

const [etcd, apiserver, versitygw, kubectl] = [
  peer('etcd'),
  peer('kube-apiserver'),
  peer('versitygw'),
  peer('kubectl'),
] as const;
const absent = [etcd, apiserver, versitygw, peer('cluster-api-core'), peer('vcenter-simulator')].find(
  ({ missing }) => missing,
);
const account = { username: 'ann', password: 'four random words here' };

/** Blocks of guides that want a site: a console of a real API server with the objects of Cluster API, of vCenter, and a bucket. */
describe.skipIf(absent !== undefined)(
  `guides, as they are typed at a site${absent === undefined ? '' : ` (${absent.remedy})`}`,
  { timeout: 240_000 },
  () => {
    let desk: Desk;
    let vcenter: VCenter;
    let kubernetes: Kubernetes;
    let store: S3Server;
    let api: KubeApi;
    let console: RunningConsole;

    beforeAll(async () => {
      desk = await Desk.sitDown();
      [vcenter, kubernetes, store] = await Promise.all([
        startVCenter(peer('vcenter-simulator'), { folder: 'spectro-templates' }),
        startKubernetes(etcd, apiserver),
        startS3Server(versitygw, { tls: true }),
      ]);
      api = await KubeApi.fromKubeconfig(kubernetes.kubeconfig);
      await makeCluster(api);
      const { url, username, password, caFile } = vcenter;
      const { kubeconfig } = kubernetes;
      const site = { url, username, password: new Secret(password), caFile, places: {}, networks: [] };
      const clusters = { enterprise: { kubeconfig }, management: { kubeconfig } };
      console = await startConsole({ dataDir: desk.path('data'), site: { ...site, ...clusters } });
      await setUp(console);
      desk.put('password', account.password);
      await desk.runs('login', console.url, '--username', account.username, '--password-file', 'password');
      desk.put('secret.txt', `${store.secretKey}\n`);
      desk.put('ca.pem', validCertificate);
    }, 300_000);
    afterAll(async () => {
      await console?.close();
      api?.close();
      await Promise.all([vcenter?.stop(), kubernetes?.stop(), store?.stop()]);
      desk?.leave();
    }, 120_000);

    const newest = async () => {
      const { backups } = backupListSchema.parse(JSON.parse(await desk.runs('backup', 'list', '--json')));
      return backups[0]?.id ?? 'none';
    };

    describe('backup and restore', () => {
      it('one is made, listed, and made by itself from then on', async () => {
        const said = await desk.types('backup-and-restore.md', 'sealift backup create');
        expect(said).toMatch(/\d+ rows of \d+ tables restored and alike, [1-9]\d* objects read/);
        expect(said).toContain('every 24 hours, of which 14 are kept');
        // The console has made it with the first backup.
        desk.gets('secret-key', desk.path('data/secret-key'));
      });

      it('it is taken off the machine and checked anywhere', async () => {
        await desk.types('backup-and-restore.md', 'sealift backup download', { ID: await newest() });
        const said = await desk.types(
          'backup-and-restore.md',
          'sealift backup verify site.sealift-backup --secret-key-file secret-key',
        );
        expect(said).toMatch(/\d+ rows of \d+ tables restored and alike/);
      });

      it('its objects are loaded into an API server', async () => {
        const said = await desk.types(
          'backup-and-restore.md',
          'sealift backup verify site.sealift-backup --secret-key-file secret-key --kube-apiserver',
          { './kube-apiserver': apiserver.path, './etcd': etcd.path },
        );
        expect(said).toMatch(/[1-9]\d* objects loaded/);
      });

      it('it is kept in a bucket, and checked there', async () => {
        const there = { 'https://s3.example:9000': store.endpoint, 'us-east-1': store.region, KEY: store.accessKey };
        const said = await desk.types('backup-and-restore.md', 'sealift backup store', there);
        expect(said).toMatch(/s3:\/\/backups\/site-a\/[^]*All went well[^]*Backups are kept in/);
        const way = ['--s3-endpoint', store.endpoint, '--s3-region', store.region, '--s3-access-key', store.accessKey];
        const trust = ['--s3-secret-file', 'secret.txt', '--s3-ca-file', 'ca.pem'];
        await desk.runs('backup', 'store', '--s3-bucket', store.bucket, '--s3-prefix', 'site-a', ...way, ...trust);
        await desk.runs('backup', 'create');
        const instead = { ...there, '/ID.': `/${await newest()}.` };
        const verified = await desk.types('backup-and-restore.md', 'sealift backup verify s3:', instead);
        expect(verified).toMatch(/\d+ rows of \d+ tables restored and alike/);
        await desk.runs('backup', 'store', '--folder');
      });

      it('objects that the clusters have lost would be made', async () => {
        const path = '/apis/infrastructure.cluster.x-k8s.io/v1beta2/namespaces/mgmt/vspheremachinetemplates/old';
        expect(await api.delete(path)).toBe(true);
        const said = await desk.types(
          'backup-and-restore.md',
          'sealift backup restore-cluster',
          {
            'https://vcenter.example': `${vcenter.url} --ca-file ${vcenter.caFile}`,
            'sealift@vsphere.local': vcenter.username,
            'enterprise.conf': kubernetes.kubeconfig,
            'management.conf': kubernetes.kubeconfig,
          },
          [['Password', vcenter.password]],
        );
        expect(said).toContain('1 objects would be made; nothing was changed:');
        expect(said).toContain('VSphereMachineTemplate');
      });

      it('a console is restored, and knows who may sign in', async () => {
        const restored = desk.path('restored');
        const instead = { '/var/lib/sealift-new': restored };
        await desk.types('backup-and-restore.md', 'sealift backup restore site', instead);
        const again = await startConsole({ dataDir: restored });
        try {
          // Not a new one, which would print a link.
          expect(again.setupUrl).toBeNull();
          const signedIn = await post(again.url, 'session', account);
          const headers = { cookie: cookieOf(signedIn) };
          const answer = await fetch(`${again.url}/api/v1/backups`, { headers });
          const { schedule, backups } = backupListSchema.parse(await answer.json());
          expect([schedule.everyHours, schedule.keep, backups]).toEqual([null, 7, []]);
          const audit = await fetch(`${again.url}/api/v1/audit/verification`, { headers });
          expect(await audit.json()).toMatchObject({ valid: true });
        } finally {
          await again.close();
        }
      });
    });

    it.skipIf(kubectl.missing)(`what a console in the cluster reads is put there (${kubectl.remedy})`, async () => {
      desk.put('vcenter-ca.pem', validCertificate);
      desk.env = { ...desk.env, KUBECONFIG: kubernetes.kubeconfig };
      await desk.types('run-the-console.md', 'kubectl create namespace');
      const secret = async (name: string) => {
        const found = await api.get<KubeObject & { data: Record<string, string> }>(
          `/api/v1/namespaces/sealift-system/secrets/${name}`,
        );
        return Object.fromEntries(
          Object.entries(found?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
        );
      };
      expect(await secret('sealift-console')).toMatchObject({
        DATABASE_URL: 'postgres://USER:PASSWORD@HOST:5432/DATABASE',
        SEALIFT_VCENTER_CA_FILE: '/etc/sealift/vcenter-ca.pem',
      });
      expect(await secret('sealift-console-files')).toEqual({ 'vcenter-ca.pem': validCertificate });
    });
  },
);

function post(url: string, path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

function cookieOf(answer: Response): string {
  return answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
}

async function setUp({ url, setupUrl }: RunningConsole): Promise<void> {
  const made = await post(url, 'setup', { token: setupUrl?.split('#token=')[1], ...account });
  if (made.status !== 201) throw new Error(await made.text());
}
