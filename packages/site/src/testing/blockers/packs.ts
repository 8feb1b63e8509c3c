import { Helm } from '@sealift/kubernetes/helm';
import { HelmProgram } from '@sealift/kubernetes/helm-program';
import type { KubeObject } from '@sealift/testkit/site/kube-api';
import type { Peer } from '@sealift/testkit/peers';
import { packChart } from '@sealift/testkit/sample-chart';
import { waitUntil } from '@sealift/testkit/wait-until';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import type { Blocker, BlockerStage } from './stage.ts';

/** A layer and what stops it. */
export interface BlockedLayer {
  readonly layer: DesiredLayer;
  /** Before the layer is applied. */
  readonly prepare?: () => Promise<unknown>;
  readonly blocker: Blocker;
}

interface Pod extends KubeObject {
  readonly spec: { readonly nodeName?: string };
  readonly status?: { readonly podIP?: string };
}

const pods = '/api/v1/namespaces/default/pods';

function deployment(name: string, more: { readonly volumes?: unknown } = {}): string {
  const labels = { app: name };
  const { volumes } = more;
  const spec = { containers: [{ name: 'web', image: 'example/web:2' }], ...(volumes === undefined ? {} : { volumes }) };
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    // Long enough not to be through before its pod falls ill.
    spec: {
      replicas: 1,
      minReadySeconds: 15,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  });
}

/** A pod that runs and then does what a container says; kwok leaves the status of a pod alone that has its address. */
function illPod(stage: BlockerStage, name: string, called: string, waiting: object, restarts: number): BlockedLayer {
  const { workload, shelf } = stage;
  const tell = async (state: object, ready: boolean): Promise<void> => {
    const of = `${pods}?labelSelector=app%3D${name}`;
    const pod = await waitUntil(`the pod of ${name}`, async () =>
      (await workload.list<Pod>(of)).find(({ status }) => status?.podIP !== undefined),
    );
    const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const status = ready ? 'True' : 'False';
    const conditions = ['ContainersReady', 'Ready'].map((type) => ({ type, status, lastTransitionTime: at }));
    const container = { name: 'web', image: 'example/web:2', imageID: '', ready, restartCount: restarts, state };
    await workload.merge(`${pods}/${pod.metadata.name}/status`, {
      status: { conditions, containerStatuses: [container] },
    });
  };
  return {
    layer: shelf.layer({ pack: name }, { manifests: { 'web.yaml': deployment(name) } }),
    blocker: {
      name: called,
      begin: () => tell({ waiting }, false),
      named: { kind: 'Pod', name },
      end: () => tell({ running: { startedAt: new Date().toISOString().replace(/\.\d+Z$/, 'Z') } }, true),
    },
  };
}

export const packBlockers = {
  imagePull: (stage: BlockerStage): BlockedLayer =>
    illPod(
      stage,
      'pulled',
      'image pull',
      { reason: 'ImagePullBackOff', message: 'Back-off pulling image "example/web:2"' },
      0,
    ),

  failingPod: (stage: BlockerStage): BlockedLayer =>
    illPod(
      stage,
      'failing',
      'failing pod',
      { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' },
      4,
    ),

  pendingVolume({ workload, shelf }: BlockerStage): BlockedLayer {
    const name = 'stored';
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: 'default' },
      spec: { storageClassName: 'absent', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: name } }];
    const manifests = { 'claim.yaml': JSON.stringify(claim), 'web.yaml': deployment(name, { volumes }) };
    return {
      layer: shelf.layer({ pack: name }, { manifests }),
      blocker: {
        name: 'pending volume',
        begin: () =>
          waitUntil('the claim', () => workload.get(`/api/v1/namespaces/default/persistentvolumeclaims/${name}`)),
        named: { kind: 'PersistentVolumeClaim', name },
        end: () =>
          workload.create('/api/v1/persistentvolumes', {
            metadata: { name },
            spec: { ...claim.spec, resources: undefined, capacity: { storage: '1Gi' }, hostPath: { path: '/data' } },
          }),
      },
    };
  },

  foreignOwner({ workload, shelf }: BlockerStage): BlockedLayer {
    const path = '/api/v1/namespaces/default/configmaps';
    const object = (mode: string) => ({ metadata: { name: 'foreign', namespace: 'default' }, data: { mode } });
    const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', ...object('ours') });
    return {
      layer: shelf.layer({ pack: 'foreign' }, { manifests: { 'map.yaml': manifest } }),
      prepare: () => workload.create(path, object('theirs')),
      blocker: {
        name: 'foreign field owner',
        begin: () => Promise.resolve(),
        named: { kind: 'ConfigMap', name: 'default/foreign' },
        end: () => workload.delete(`${path}/foreign`),
      },
    };
  },

  wedgedRelease({ site, workload, shelf }: BlockerStage, helm: Peer): BlockedLayer {
    const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: wedged-a }\n';
    const chart = (version: string, more: Readonly<Record<string, string>> = {}) =>
      packChart(helm, { 'templates/a.yaml': map, ...more }, { name: 'wedged', version });
    const hook = `apiVersion: batch/v1
kind: Job
metadata: { name: wedged-hook, annotations: { "helm.sh/hook": "pre-upgrade" } }
spec: { template: { spec: { nodeSelector: { no: node }, restartPolicy: Never, containers: [ { name: hook, image: "example/hook:1" } ] } } }
`;
    const secrets = '/api/v1/namespaces/default/secrets';
    const second = `${secrets}/sh.helm.release.v1.wedged.v2`;
    return {
      layer: shelf.layer({ pack: 'wedged', version: '2.0.0' }, { charts: { 'charts/c.tgz': chart('2.0.0') } }),
      async prepare() {
        const { kubeconfig } = site.workload;
        const byHand = new Helm(await HelmProgram.open({ path: helm.path }), { kubeconfig });
        const release = { namespace: 'default', name: 'wedged', values: {} };
        const cut = new AbortController();
        await byHand.upgrade({ ...release, chart: chart('1.0.0'), cancel: cut.signal });
        const hooked = chart('1.1.0', { 'templates/hook.yaml': hook });
        const running = byHand.upgrade({ ...release, chart: hooked, cancel: cut.signal }).catch(() => undefined);
        await waitUntil('the release to be pending', () => workload.get(second), 60_000);
        cut.abort();
        await running;
      },
      blocker: {
        name: 'wedged Helm release',
        begin: () => Promise.resolve(),
        named: { kind: 'Release', name: 'default/wedged' },
        end: () => workload.delete(second),
      },
    };
  },
};
