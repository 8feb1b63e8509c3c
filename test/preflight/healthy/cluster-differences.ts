import { gzipSync } from 'node:zlib';
import { expiredCertificate, testKey } from '@sealift/testkit/certificates';
import { waitUntil } from '@sealift/testkit/wait-until';
import type { PreflightSite } from '../site/preflight-site.ts';
import { shop } from '../site/releases.ts';
import { ownId } from '../site/sample-site.ts';
import type { Difference, Seeded } from './difference.ts';

const encoded = (text: string): string => Buffer.from(text).toString('base64');

/** Makes an object, and takes it away again. */
async function object({ api }: PreflightSite, path: string, body: Seeded) {
  await api.create(path, body);
  return () => api.delete(`${path}/${body.metadata.name}`, { gracePeriodSeconds: 0 });
}

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** What is in the API server besides the platform. */
export const clusterDifferences: readonly Difference[] = [
  {
    name: 'a namespace in which nothing is',
    // A namespace does not go without its controller: it stays, as it does in clusters.
    async make({ api }, pick) {
      await api.create('/api/v1/namespaces', { metadata: { name: `empty-${pick(5)}` } });
      return async () => undefined;
    },
  },
  {
    name: 'a kind of somebody else, with objects',
    async make({ api }, pick) {
      const group = `others-${pick(1_000_000)}.example.com`;
      const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
      const served = pick(2) === 0;
      const versions = [
        { name: 'v1', served: true, storage: true, schema },
        ...(served ? [{ name: 'v1beta1', served, storage: false, schema }] : []),
      ];
      await api.create(definitions, {
        metadata: { name: `tugs.${group}` },
        spec: { group, scope: 'Namespaced', names: { kind: 'Tug', plural: 'tugs' }, versions },
      });
      const path = `/apis/${group}/v1/namespaces/default/tugs`;
      await waitUntil(
        'the kind to be served',
        () =>
          api.create(path, { apiVersion: `${group}/v1`, kind: 'Tug', metadata: { name: 'one' } }).catch(() => false),
        240_000,
      );
      return () => api.delete(`${definitions}/tugs.${group}`);
    },
  },
  {
    name: 'a webhook with somebody who answers',
    async make(site, pick) {
      const name = `answered-${pick(1000)}`;
      const service = { namespace: 'default', name };
      const isOld = pick(2) === 0;
      const undoSlice = await object(site, '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
        addressType: isOld ? 'IPv4' : 'IPv6',
        ports: [],
        metadata: { name, labels: { 'kubernetes.io/service-name': name } },
        endpoints: [{ addresses: [isOld ? '10.1.2.3' : 'fd00::3'], conditions: { ready: true } }],
      });
      const webhook = {
        name: `${name}.example.com`,
        failurePolicy: pick(2) === 0 ? 'Fail' : 'Ignore',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        clientConfig: { service, caBundle: encoded(site.cluster.ca) },
        rules: [
          { apiGroups: ['none.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] },
        ],
      };
      const kind = pick(2) === 0 ? 'validating' : 'mutating';
      const path = `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations`;
      const undo = await object(site, path, { metadata: { name }, webhooks: [webhook] });
      return async () => {
        await undo();
        await undoSlice();
      };
    },
  },
  {
    name: 'volumes of another driver, and of the cluster’s own that vCenter knows',
    async make(site, pick) {
      const name = `pvc-known-${pick(1_000_000)}`;
      const volumeHandle = await site.simulator.createVolume({ name, clusterId: ownId, claim: 'a', namespace: shop });
      const volume = (source: object) => ({ capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...source });
      const path = '/api/v1/persistentvolumes';
      const csi = { driver: 'csi.vsphere.vmware.com', volumeHandle };
      const own = await object(site, path, { metadata: { name }, spec: volume({ csi }) });
      const nfs = { server: '10.0.0.1', path: '/a' };
      const other = await object(site, path, { metadata: { name: `${name}-nfs` }, spec: volume({ nfs }) });
      const attached = await object(site, '/apis/storage.k8s.io/v1/volumeattachments', {
        metadata: { name },
        spec: { attacher: csi.driver, nodeName: 'node-md-1', source: { persistentVolumeName: name } },
      });
      return async () => {
        await attached();
        await other();
        await own();
        await site.site.vcenter.govc('volume.rm', volumeHandle);
      };
    },
  },
  {
    name: 'volumes of another cluster at the same vCenter',
    async make(site, pick) {
      const name = `pvc-other-${pick(1_000_000)}`;
      await site.simulator.createVolume({ name, clusterId: `other-${pick(1000)}/c2`, claim: 'a', namespace: 'b' });
      // What another cluster has stays there.
      return async () => undefined;
    },
  },
  {
    name: 'a release of Helm that is nobody’s business here',
    make: (site, pick) => {
      const name = `others-${pick(1000)}`;
      const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: others }\n';
      const chart = { metadata: { name, version: '1.0.0' } };
      const release = { name, namespace: 'default', version: 1, info: { status: 'deployed' }, chart, manifest };
      const data = { release: encoded(gzipSync(JSON.stringify(release)).toString('base64')) };
      return object(site, '/api/v1/namespaces/default/secrets', {
        metadata: {
          name: `sh.helm.release.v1.${name}.v1`,
          labels: { owner: 'helm', name, status: 'deployed', version: '1' },
        },
        type: 'helm.sh/release.v1',
        data,
      });
    },
  },
  {
    name: 'a certificate elsewhere that has ended',
    make: (site, pick) =>
      object(site, '/api/v1/namespaces/default/secrets', {
        metadata: { name: `ended-${pick(1000)}` },
        type: 'kubernetes.io/tls',
        data: { 'tls.crt': encoded(expiredCertificate), 'tls.key': encoded(testKey) },
      }),
  },
  {
    name: 'a lease of a node that is gone',
    make: (site, pick) =>
      object(site, '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases', {
        metadata: { name: `node-gone-${pick(1000)}` },
        spec: { renewTime: '2026-01-01T00:00:00.000000Z' },
      }),
  },
  {
    name: 'priorities and classes of its own',
    make: (site, pick) =>
      object(site, '/apis/scheduling.k8s.io/v1/priorityclasses', {
        metadata: { name: `level-${pick(1000)}` },
        value: pick(1000),
      }),
  },
];
