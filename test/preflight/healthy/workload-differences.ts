import { releases } from '../site/offered.ts';
import type { PreflightSite } from '../site/preflight-site.ts';
import { shop } from '../site/releases.ts';
import type { Difference, Seeded } from './difference.ts';

async function object({ api }: Pick<PreflightSite, 'api'>, path: string, body: Seeded, status?: object) {
  await api.create(path, body);
  if (status !== undefined) await api.merge(`${path}/${body.metadata.name}/status`, { status });
  return () => api.delete(`${path}/${body.metadata.name}`, { gracePeriodSeconds: 0 });
}

const pods = '/api/v1/namespaces/default/pods';
const budgets = `/apis/policy/v1/namespaces/${shop}/poddisruptionbudgets`;

function budget(name: string, spec: object, of: { healthy: number; needed: number; pods: number }) {
  return (site: PreflightSite) =>
    object(
      site,
      budgets,
      { metadata: { name }, spec: { selector: { matchLabels: { app: name } }, ...spec } },
      {
        observedGeneration: 1,
        disruptionsAllowed: of.healthy - of.needed,
        currentHealthy: of.healthy,
        desiredHealthy: of.needed,
        expectedPods: of.pods,
      },
    );
}

function quota(name: string, spec: object, used: object) {
  return (site: PreflightSite) =>
    object(site, `/api/v1/namespaces/${shop}/resourcequotas`, { metadata: { name }, spec }, { ...spec, used });
}

/** Pods, and what is said of pods. */
export const workloadDifferences: readonly Difference[] = [
  {
    name: 'a budget with room',
    make(site, pick) {
      const count = 2 + pick(8);
      const needed = 1 + pick(count - 1);
      const spec = pick(2) === 0 ? { minAvailable: needed } : { maxUnavailable: count - needed };
      return budget(`roomy-${pick(1000)}`, spec, { healthy: count, needed, pods: count })(site);
    },
  },
  {
    name: 'a budget of no pods',
    make: (site, pick) =>
      budget(`none-${pick(1000)}`, { minAvailable: 1 + pick(3) }, { healthy: 0, needed: 0, pods: 0 })(site),
  },
  {
    name: 'a quota with room',
    make(site, pick) {
      const hard = {
        pods: String(20 + pick(50)),
        'requests.cpu': `${4 + pick(8)}`,
        'limits.memory': `${4 + pick(8)}Gi`,
      };
      return quota(
        `roomy-${pick(1000)}`,
        { hard },
        { pods: '4', 'requests.cpu': '400m', 'limits.memory': '512Mi' },
      )(site);
    },
  },
  {
    name: 'a quota that is used up, of pods of another kind',
    make: (site, pick) =>
      quota(`scoped-${pick(1000)}`, { hard: { pods: '2' }, scopes: ['BestEffort'] }, { pods: '2' })(site),
  },
  {
    name: 'a quota that is used up, of another namespace',
    make: (site, pick) =>
      object(
        site,
        '/api/v1/namespaces/default/resourcequotas',
        { metadata: { name: `elsewhere-${pick(1000)}` }, spec: { hard: { services: '1' } } },
        { hard: { services: '1' }, used: { services: '1' } },
      ),
  },
  {
    name: 'pods that have ended, on ports that are asked for',
    async make(site, pick) {
      const name = `ended-${pick(1000)}`;
      const containers = [{ name: 'a', image: 'a:1', ports: [{ containerPort: 80, hostPort: 9100 }] }];
      const phase = pick(2) === 0 ? 'Succeeded' : 'Failed';
      return object(site, pods, { metadata: { name }, spec: { nodeName: 'node-md-1', containers } }, { phase });
    },
  },
  {
    name: 'pods on other ports of nodes, or on the same with another protocol',
    make(site, pick) {
      const port = pick(2) === 0 ? { hostPort: 9200 + pick(500) } : { hostPort: 9100, protocol: 'UDP' };
      const containers = [{ name: 'a', image: 'a:1', ports: [{ containerPort: 80, ...port }] }];
      const name = `ports-${pick(1000)}`;
      return object(site, pods, { metadata: { name }, spec: { nodeName: 'node-md-2', containers } });
    },
  },
  {
    name: 'pods that wait for a node, with a port that is asked for',
    make(site, pick) {
      const containers = [{ name: 'a', image: 'a:1', ports: [{ containerPort: 80, hostPort: 9100 }] }];
      return object(site, pods, { metadata: { name: `pending-${pick(1000)}` }, spec: { containers } });
    },
  },
  {
    name: 'workloads of others that are not well',
    make(site, pick) {
      const labels = { app: 'broken' };
      const containers = [{ name: 'a', image: 'nowhere.example/a:1' }];
      const spec = {
        replicas: pick(4),
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      };
      return object(site, '/apis/apps/v1/namespaces/default/deployments', {
        metadata: { name: `broken-${pick(1000)}` },
        spec,
      });
    },
  },
  {
    name: 'load balancers, ingresses and jobs of others',
    async make(site, pick) {
      const name = `others-${pick(1000)}`;
      const spec = { type: 'LoadBalancer', ports: [{ port: 443 }], ipFamilyPolicy: 'SingleStack' };
      const service = await object(site, '/api/v1/namespaces/default/services', { metadata: { name }, spec });
      const rules = [{ host: 'others.example.test' }];
      const ingress = await object(site, '/apis/networking.k8s.io/v1/namespaces/default/ingresses', {
        metadata: { name },
        spec: { rules },
      });
      const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a:1' }] } };
      const job = await object(
        site,
        '/apis/batch/v1/namespaces/default/jobs',
        { metadata: { name }, spec: { template } },
        {},
      );
      return async () => {
        await job();
        await ingress();
        await service();
      };
    },
  },
  {
    name: 'a release whose values choose what its workloads are',
    async make(site) {
      await site.draft(releases.valued);
      return async () => undefined;
    },
  },
  {
    name: 'a release with a check of its own that holds',
    async make(site) {
      await site.draft(releases.checked);
      const data = { 'tls.crt': 'YQ==', 'ca.crt': 'YQ==' };
      return object(site, `/api/v1/namespaces/${shop}/secrets`, { metadata: { name: 'database-tls' }, data });
    },
  },
];
