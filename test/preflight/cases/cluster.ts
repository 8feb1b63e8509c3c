import type { KubeObject } from '@sealift/testkit/site/kube-api';
import type { FaultCase } from '../fault-case.ts';
import type { PreflightSite } from '../site/preflight-site.ts';
import { shop } from '../site/releases.ts';

const budgets = `/apis/policy/v1/namespaces/${shop}/poddisruptionbudgets`;
const pods = `/api/v1/namespaces/${shop}/pods`;
const webhooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const slices = `/apis/discovery.k8s.io/v1/namespaces/${shop}/endpointslices`;
const pools = '/apis/ipam.cluster.x-k8s.io/v1alpha2/namespaces/default/inclusterippools';

/** A budget as kube-controller-manager computes it. */
async function budget(
  { api }: PreflightSite,
  name: string,
  spec: object,
  status: { allowed: number; healthy: number; needed: number; pods: number } | undefined,
): Promise<void> {
  await api.create(budgets, { metadata: { name }, spec: { selector: { matchLabels: { app: name } }, ...spec } });
  if (status !== undefined) await computed(name, status)({ api });
}

function computed(name: string, of: { allowed: number; healthy: number; needed: number; pods: number }) {
  return async ({ api }: Pick<PreflightSite, 'api'>): Promise<void> => {
    const { metadata } = (await api.get<KubeObject & { metadata: { generation: number } }>(`${budgets}/${name}`)) ?? {};
    const status = {
      observedGeneration: metadata?.generation,
      disruptionsAllowed: of.allowed,
      currentHealthy: of.healthy,
      desiredHealthy: of.needed,
      expectedPods: of.pods,
    };
    await api.merge(`${budgets}/${name}/status`, { status });
  };
}

function webhook(site: PreflightSite, failurePolicy: 'Ignore' | 'Fail') {
  return site.api.create(webhooks, {
    metadata: { name: 'old-ingress' },
    webhooks: [
      {
        name: 'validate.ingress.example.com',
        failurePolicy,
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        clientConfig: {
          service: { namespace: shop, name: 'old-admission' },
          caBundle: Buffer.from(site.cluster.ca).toString('base64'),
        },
        rules: [{ apiGroups: ['old.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] }],
      },
    ],
  });
}

const answering = {
  metadata: { name: 'old-admission-1', labels: { 'kubernetes.io/service-name': 'old-admission' } },
  addressType: 'IPv4',
  ports: [],
  endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: true } }],
};

/** Machines of the control plane take their addresses of a pool. */
function fromPool({ site }: PreflightSite, from: boolean) {
  const pool = { apiGroup: 'ipam.cluster.x-k8s.io', kind: 'InClusterIPPool', name: 'nodes' };
  const network = from ? { devices: [{ networkName: 'VM Network', addressesFromPools: [pool] }] } : null;
  return site.sample.merge('VSphereMachineTemplate', 'cp-old', { spec: { template: { spec: { network } } } });
}

const pod = (labels: object) => ({ metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } });

/** Budgets, pools, webhooks and providers. */
export const clusterCases: readonly FaultCase[] = [
  {
    check: 'disruption-budgets',
    fault: 'a budget never lets a pod go',
    seed: (site) => budget(site, 'queue', { minAvailable: 2 }, { allowed: 0, healthy: 2, needed: 2, pods: 2 }),
    expects: {
      state: 'block',
      object: `${shop}/queue`,
      evidence: 'never allows an eviction: it needs 2 healthy pods of 2 and has 2 (minAvailable 2)',
      remedy: 'Give it one pod more than it needs, or let it need one less',
    },
    async remedy(site) {
      await site.api.merge(`${budgets}/queue`, { spec: { minAvailable: 1 } });
      await computed('queue', { allowed: 1, healthy: 2, needed: 1, pods: 2 })(site);
    },
    done: 'the budget needs one less',
    clean: ({ api }) => api.delete(`${budgets}/queue`),
  },
  {
    check: 'disruption-budgets',
    fault: 'a pod under a budget is not healthy, and none may go meanwhile',
    seed: (site) => budget(site, 'cache', { minAvailable: 2 }, { allowed: 0, healthy: 2, needed: 2, pods: 3 }),
    expects: {
      state: 'warn',
      object: `${shop}/cache`,
      evidence: 'allows no eviction now: it needs 2 healthy pods of 3 and has 2',
      remedy: 'Bring its pods back to health',
    },
    remedy: computed('cache', { allowed: 1, healthy: 3, needed: 2, pods: 3 }),
    done: 'the third pod is brought back',
    clean: ({ api }) => api.delete(`${budgets}/cache`),
  },
  {
    check: 'disruption-budgets',
    fault: 'two budgets cover a pod',
    async seed(site) {
      await site.api.create(pods, {
        ...pod({ app: 'stuck' }),
        metadata: { name: 'stuck-0', labels: { app: 'stuck' } },
      });
      for (const name of ['ours', 'theirs']) {
        await budget(
          site,
          name,
          { maxUnavailable: 1, selector: { matchLabels: { app: 'stuck' } } },
          { allowed: 1, healthy: 1, needed: 0, pods: 1 },
        );
      }
    },
    expects: {
      state: 'block',
      object: `Pod ${shop}/stuck-0`,
      evidence: 'can never be evicted: 2 budgets cover it (ours, theirs)',
      remedy: 'Leave it to one of them',
    },
    remedy: ({ api }) => api.delete(`${budgets}/theirs`),
    done: 'one of the budgets is removed',
    async clean({ api }) {
      await api.delete(`${budgets}/ours`);
      await api.delete(`${pods}/stuck-0`, { gracePeriodSeconds: 0 });
    },
  },
  {
    check: 'disruption-budgets',
    fault: 'a budget is new, and was not computed',
    seed: (site) => budget(site, 'fresh', { maxUnavailable: 1 }, undefined),
    expects: {
      state: 'warn',
      object: `${shop}/fresh`,
      evidence: 'was not computed yet for what it asks for',
      remedy: 'Look again in some seconds; kube-controller-manager computes it',
    },
    remedy: computed('fresh', { allowed: 0, healthy: 0, needed: 0, pods: 0 }),
    done: 'kube-controller-manager has computed it at the next look',
    clean: ({ api }) => api.delete(`${budgets}/fresh`),
  },
  {
    check: 'webhooks',
    fault: 'a webhook that was left over refuses what it judges, and nobody answers',
    seed: (site) => webhook(site, 'Fail'),
    expects: {
      state: 'block',
      object: 'old-ingress',
      evidence: `${shop}/old-admission`,
      remedy: '',
    },
    remedy: ({ api }) => api.delete(`${webhooks}/old-ingress`),
    done: 'the configuration that was left over is removed',
  },
  {
    check: 'webhooks',
    fault: 'the pods behind a webhook that lets all pass are away',
    seed: (site) => webhook(site, 'Ignore'),
    expects: { state: 'warn', object: 'old-ingress', evidence: `${shop}/old-admission`, remedy: '' },
    remedy: ({ api }) => api.create(slices, answering),
    done: 'its pods are brought back',
    async clean({ api }) {
      await api.delete(`${webhooks}/old-ingress`);
      await api.delete(`${slices}/old-admission-1`);
    },
  },
  {
    check: 'address-pools',
    fault: 'no address is free for the machine that comes first',
    async seed(site) {
      await site.definePools();
      await site.api.create(pools, {
        apiVersion: 'ipam.cluster.x-k8s.io/v1alpha2',
        kind: 'InClusterIPPool',
        metadata: { name: 'nodes' },
        spec: { addresses: ['10.0.0.10-10.0.0.12'] },
        status: { ipAddresses: { total: 3, used: 3, free: 0 } },
      });
      await fromPool(site, true);
    },
    expects: {
      state: 'block',
      object: 'InClusterIPPool nodes',
      evidence: 'has 0 of 3 addresses free; 1 at a time are needed',
      remedy: 'Give InClusterIPPool nodes more addresses (spec.addresses)',
    },
    remedy: ({ api }) =>
      api.merge(`${pools}/nodes`, {
        spec: { addresses: ['10.0.0.10-10.0.0.13'] },
        status: { ipAddresses: { total: 4, used: 3, free: 1 } },
      }),
    done: 'the pool gets an address more',
    async clean(site) {
      await fromPool(site, false);
      await site.api.delete(`${pools}/nodes`);
    },
  },
  {
    check: 'address-pools',
    fault: 'the pool that machines take addresses of is not there',
    async seed(site) {
      await site.definePools();
      await fromPool(site, true);
    },
    expects: {
      state: 'block',
      object: 'InClusterIPPool nodes',
      evidence: 'is not there',
      remedy: 'Make it, or let the machine template name one',
    },
    remedy: ({ api }) =>
      api.create(pools, {
        apiVersion: 'ipam.cluster.x-k8s.io/v1alpha2',
        kind: 'InClusterIPPool',
        metadata: { name: 'nodes' },
        spec: { addresses: ['10.0.0.10-10.0.0.20'] },
        status: { ipAddresses: { total: 11, used: 3, free: 8 } },
      }),
    done: 'the pool is made',
    async clean(site) {
      await fromPool(site, false);
      await site.api.delete(`${pools}/nodes`);
    },
  },
  {
    check: 'cluster-api-providers',
    fault: 'Cluster API is too old for the Kubernetes of the release',
    seed: ({ site }) => site.provider('v1.10.4'),
    expects: {
      state: 'block',
      object: 'Cluster API 1.11.11',
      evidence: /Kubernetes 1\.36\.4 needs Cluster API 1\.11\.11 or newer first, and v?1\.10\.4 runs/,
      remedy: 'Upgrade the providers first',
    },
    remedy: ({ site }) => site.provider('v1.12.8'),
    done: 'Cluster API is upgraded',
    clean: ({ site }) => site.provider('v1.13.2'),
  },
  {
    check: 'cluster-api-providers',
    fault: 'nothing says which Cluster API runs',
    seed: ({ site }) => site.provider('nightly'),
    expects: {
      state: 'warn',
      object: 'Cluster API',
      evidence: 'Nothing in the cluster says which Cluster API runs',
      remedy: 'Look which version runs',
    },
    remedy: ({ site }) => site.provider('v1.13.2'),
    done: 'a version that says which it is takes its place',
  },
  {
    check: 'quota-room',
    fault: 'a quota has no room for the pod that comes before another goes',
    async seed({ api }) {
      const path = `/api/v1/namespaces/${shop}/resourcequotas`;
      await api.create(path, { metadata: { name: 'tight' }, spec: { hard: { pods: '4' } } });
      await api.merge(`${path}/tight/status`, { status: { hard: { pods: '4' }, used: { pods: '4' } } });
    },
    expects: {
      state: 'block',
      object: `ResourceQuota ${shop}/tight`,
      evidence: 'has 0 of 4 pods left, and pods that come need 1 at a time',
      remedy: 'Raise the quota for the time of the upgrade',
    },
    async remedy({ api }) {
      const path = `/api/v1/namespaces/${shop}/resourcequotas/tight`;
      await api.merge(path, { spec: { hard: { pods: '6' } } });
      await api.merge(`${path}/status`, { status: { hard: { pods: '6' }, used: { pods: '4' } } });
    },
    done: 'the quota is raised',
    clean: ({ api }) => api.delete(`/api/v1/namespaces/${shop}/resourcequotas/tight`),
  },
  {
    check: 'pods-placed',
    fault: 'no node has the label that a workload asks for',
    async seed({ api }) {
      for (const name of ['node-md-1', 'node-md-2'])
        await api.merge(`/api/v1/nodes/${name}`, { metadata: { labels: { pool: 'other' } } });
    },
    expects: {
      state: 'block',
      object: `Deployment.apps ${shop}/app`,
      evidence: 'it asks for a node with pool=general whose taints it tolerates of 5',
      remedy: 'Label a node so',
    },
    async remedy({ api }) {
      await api.merge('/api/v1/nodes/node-md-1', { metadata: { labels: { pool: 'general' } } });
    },
    done: 'a node is labelled',
    clean: ({ api }) => api.merge('/api/v1/nodes/node-md-2', { metadata: { labels: { pool: 'general' } } }),
  },
  {
    check: 'pods-placed',
    fault: 'every node that a workload may come to is cordoned with a taint',
    async seed({ api }) {
      const taints = [{ key: 'maintenance', effect: 'NoSchedule' }];
      for (const name of ['node-md-1', 'node-md-2']) await api.merge(`/api/v1/nodes/${name}`, { spec: { taints } });
    },
    expects: {
      state: 'block',
      object: `Deployment.apps ${shop}/app`,
      evidence: 'whose taints it tolerates',
      remedy: 'tolerations',
    },
    async remedy({ api }) {
      for (const name of ['node-md-1', 'node-md-2'])
        await api.merge(`/api/v1/nodes/${name}`, { spec: { taints: null } });
    },
    done: 'the taint is taken away',
  },
];
