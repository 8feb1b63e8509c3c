import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeApi } from '../kube-api.ts';
import type { ClusterCertificates } from './control-plane/cluster-certificates.ts';
import type { Program } from './program.ts';

/** A Node with this annotation is not ready, and says its value. */
export const notReadyAnnotation = 'site.sealift.test/not-ready';

const stopped = `.metadata.annotations["${notReadyAnnotation}"]`;
const readyStatus = '.status.conditions.[] | select( .type == "Ready" ) | .status';

/** Conditions that a healthy kubelet reports beside `Ready`. */
const pressures = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map(
  (type) =>
    `- {type: ${type}, status: "False", reason: KubeletHasSufficientResources, lastHeartbeatTime: {{ Now | Quote }}, lastTransitionTime: {{ Now | Quote }}}`,
);

function nodeConditions(ready: string): string {
  return ['conditions:', ...pressures, ready, 'phase: Running'].join('\n');
}

function condition(type: string, status: string): string {
  return `- {type: ${type}, status: "${status}", lastTransitionTime: {{ Now | Quote }}}`;
}

const containersRun = `containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ .image | Quote }}
  ready: true
  started: true
  restartCount: 0
  state: {running: {startedAt: {{ Now | Quote }}}}
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ .image | Quote }}
  ready: true
  restartCount: 0
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }}}}
{{ end }}`;

const addresses = `{{ with NodeIPWith .spec.nodeName }}
hostIP: {{ . | Quote }}
{{ end }}
{{ with PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ . | Quote }}
podIPs: [{ip: {{ . | Quote }}}]
{{ end }}`;

const jobsEnd = `containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ .image | Quote }}
  ready: false
  started: false
  restartCount: 0
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }}}}
{{ end }}
phase: Succeeded`;

interface Expression {
  readonly key: string;
  readonly operator: 'Exists' | 'DoesNotExist' | 'In' | 'NotIn';
  readonly values?: readonly string[];
}

function stage(name: string, kind: 'Node' | 'Pod', matchExpressions: readonly Expression[], next: unknown): unknown {
  const spec = { resourceRef: { apiGroup: 'v1', kind }, selector: { matchExpressions }, next };
  return { apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'Stage', metadata: { name }, spec };
}

const alive: Expression = { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' };
const inPhase = (phase: string): Expression => ({ key: '.status.phase', operator: 'In', values: [phase] });

/** What the kubelets do (https://kwok.sigs.k8s.io/docs/user/stages-configuration/): Nodes and Pods become ready, Jobs' Pods end. */
const stages = [
  stage(
    'node-ready',
    'Node',
    [
      { key: stopped, operator: 'DoesNotExist' },
      { key: readyStatus, operator: 'NotIn', values: ['True'] },
    ],
    {
      statusTemplate: nodeConditions(
        '- {type: Ready, status: "True", reason: KubeletReady, message: kubelet is posting ready status, lastHeartbeatTime: {{ Now | Quote }}, lastTransitionTime: {{ Now | Quote }}}',
      ),
    },
  ),
  stage(
    'node-not-ready',
    'Node',
    [
      { key: stopped, operator: 'Exists' },
      { key: readyStatus, operator: 'NotIn', values: ['False'] },
    ],
    {
      statusTemplate: nodeConditions(
        `- {type: Ready, status: "False", reason: KubeletNotReady, message: {{ index .metadata.annotations "${notReadyAnnotation}" | Quote }}, lastHeartbeatTime: {{ Now | Quote }}, lastTransitionTime: {{ Now | Quote }}}`,
      ),
    },
  ),
  stage('pod-ready', 'Pod', [alive, inPhase('Pending')], {
    statusTemplate: [
      'conditions:',
      ...['Initialized', 'ContainersReady', 'Ready'].map((type) => condition(type, 'True')),
      containersRun,
      addresses,
      'phase: Running',
      'startTime: {{ Now | Quote }}',
    ].join('\n'),
  }),
  stage(
    'pod-complete',
    'Pod',
    [alive, inPhase('Running'), { key: '.metadata.ownerReferences.[].kind', operator: 'In', values: ['Job'] }],
    {
      statusTemplate: jobsEnd,
    },
  ),
  stage('pod-delete', 'Pod', [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }], { delete: true }),
];

/** Options that are given get no defaults of their own: without the first, port-forwards are refused. */
const configuration = {
  apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
  kind: 'KwokConfiguration',
  options: {
    enableDebuggingHandlers: true,
    nodeLeaseParallelism: 4,
    podPlayStageParallelism: 4,
    nodePlayStageParallelism: 4,
  },
};

const portForwards = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'portforwards.kwok.x-k8s.io' },
  spec: {
    group: 'kwok.x-k8s.io',
    scope: 'Namespaced',
    names: { kind: 'PortForward', listKind: 'PortForwardList', plural: 'portforwards', singular: 'portforward' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

/** Writes kwok's configuration, makes the kind by which it is told of port-forwards, and gives the program that plays every kubelet. */
export async function prepareKwok(
  workload: KubeApi,
  options: {
    readonly path: string;
    readonly folder: string;
    readonly port: number;
    readonly certificates: ClusterCertificates;
  },
): Promise<Program> {
  const { path, folder, port, certificates } = options;
  const config = join(folder, 'kwok.yaml');
  await writeFile(config, [configuration, ...stages].map((one) => JSON.stringify(one)).join('\n---\n'));
  await workload.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', portForwards);
  const flags = {
    config,
    kubeconfig: certificates.path('admin.kubeconfig'),
    'manage-all-nodes': true,
    'node-ip': '127.0.0.1',
    'node-port': port,
    'server-address': `127.0.0.1:${port}`,
    'tls-cert-file': certificates.path('kubelet.crt'),
    'tls-private-key-file': certificates.path('kubelet.key'),
    'enable-crds': 'PortForward',
    'node-lease-duration-seconds': 40,
  };
  return { name: 'kwok', path, flags };
}
