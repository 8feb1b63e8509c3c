import type { KubeApi } from '@sealift/testkit/site/kube-api';

const namespace = 'kept';
const labels = { app: 'kept' };
const containers = [{ name: 'kept', image: 'registry.example/kept:1' }];
const template = { metadata: { labels }, spec: { containers } };
const selector = { matchLabels: labels };
const group = 'harbour.example.com';

/** Objects of many kinds that nothing looks after, so that whatever changes in them was changed by the cluster. */
const objects: readonly (readonly [path: string, name: string, content: object])[] = [
  ['/api/v1/namespaces/kept/configmaps', 'a', { data: { text: 'a' } }],
  ['/api/v1/namespaces/kept/secrets', 'a', { stringData: { text: 'a' } }],
  ['/api/v1/namespaces/kept/services', 'a', { spec: { selector: labels, ports: [{ port: 80 }] } }],
  ['/api/v1/namespaces/kept/limitranges', 'a', { spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] } }],
  ['/apis/apps/v1/namespaces/kept/deployments', 'a', { spec: { replicas: 0, selector, template } }],
  ['/apis/apps/v1/namespaces/kept/statefulsets', 'a', { spec: { replicas: 0, serviceName: 'a', selector, template } }],
  [
    '/apis/batch/v1/namespaces/kept/cronjobs',
    'a',
    {
      spec: {
        schedule: '0 0 1 1 *',
        suspend: true,
        jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } },
      },
    },
  ],
  ['/apis/policy/v1/namespaces/kept/poddisruptionbudgets', 'a', { spec: { minAvailable: 1, selector } }],
  ['/apis/networking.k8s.io/v1/namespaces/kept/networkpolicies', 'a', { spec: { podSelector: selector } }],
  [
    '/apis/networking.k8s.io/v1/namespaces/kept/ingresses',
    'a',
    { spec: { defaultBackend: { service: { name: 'a', port: { number: 80 } } } } },
  ],
  [
    '/apis/rbac.authorization.k8s.io/v1/namespaces/kept/roles',
    'a',
    { rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }] },
  ],
  ['/apis/scheduling.k8s.io/v1/priorityclasses', 'kept', { value: 7 }],
  ['/apis/storage.k8s.io/v1/storageclasses', 'kept', { provisioner: 'harbour.example.com/none' }],
  [
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    'kept',
    {
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        },
        validations: [{ expression: "object.metadata.name != 'refused'" }],
      },
    },
  ],
  [
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    `tugs.${group}`,
    {
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind: 'Tug', plural: 'tugs' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { power: { type: 'integer' } } } },
              },
            },
          },
        ],
      },
    },
  ],
];

/** Makes them. */
export async function makeKeptObjects(api: KubeApi): Promise<void> {
  await api.create('/api/v1/namespaces', { metadata: { name: namespace } });
  for (const [path, name, content] of objects) await api.create(path, { metadata: { name, labels }, ...content });
}

/** Writes each once more, with something new, so that the version that runs stores it. */
export async function touchKeptObjects(api: KubeApi, mark: string): Promise<void> {
  for (const [path, name] of objects) {
    const written = await api.merge(`${path}/${name}`, { metadata: { annotations: { mark } } });
    if (written === undefined) throw new Error(`${path}/${name} is gone`);
  }
}

/** Each as it is read, whole: with its id, its version, and who has written what of it. */
export async function readKeptObjects(api: KubeApi): Promise<readonly string[]> {
  return await Promise.all(objects.map(async ([path, name]) => JSON.stringify(await api.get(`${path}/${name}`))));
}
