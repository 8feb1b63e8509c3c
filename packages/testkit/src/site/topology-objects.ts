import {
  type ClusterDescription,
  clusterNetwork,
  groups,
  machineTemplate,
  machineTemplateName,
  place,
  type Placed,
  type Role,
  templatePath,
} from './site-objects.ts';

/** The variable of the class that its machines' template comes from, and the field in it. */
export const templateVariable = { name: 'node', field: 'template' } as const;

/** The pools of workers of a cluster by a ClusterClass, and their sizes. */
function poolsOf({ workers }: ClusterDescription): readonly { readonly name: string; readonly replicas: number }[] {
  return [
    { name: 'workers', replicas: workers },
    { name: 'extra', replicas: 1 },
  ];
}

/**
 * All objects of a cluster that a ClusterClass manages, in an order in which they can be made. Its objects have the names that they have
 * in a cluster without one; of workers there is one more pool, of one machine.
 */
export function topologyObjects(description: ClusterDescription): readonly Placed[] {
  const { name, namespace, version, controlPlanes, endpointPort, providerVersion, vcenter } = description;
  const { infrastructure, bootstrap, controlPlane } = groups;
  const metadata = (suffix: string): object => ({ name: `${name}${suffix}`, namespace });
  const templateRef = (apiVersion: string, kind: string, of: string): object => ({
    templateRef: { apiVersion, kind, name: of },
  });
  const provider = `${infrastructure}/${providerVersion}`;
  const machines = (role: Role): object =>
    templateRef(provider, 'VSphereMachineTemplate', machineTemplateName(name, role, version));
  const { name: variable, field } = templateVariable;
  const endpoint = { host: '127.0.0.1', port: endpointPort };
  const deletion = { nodeDrainTimeoutSeconds: 600 };
  const naming = (template: string): object => ({ naming: { template } });
  return [
    place(provider, 'VSphereClusterTemplate', {
      metadata: metadata('-class'),
      spec: {
        template: {
          spec: {
            controlPlaneEndpoint: endpoint,
            server: new URL(vcenter.url).host,
            thumbprint: vcenter.thumbprintSha1,
          },
        },
      },
    }),
    machineTemplate(description, 'control-plane', version),
    machineTemplate(description, 'workers', version),
    place(`${controlPlane}/v1beta2`, 'KubeadmControlPlaneTemplate', {
      metadata: metadata('-class'),
      spec: {
        template: {
          spec: { kubeadmConfigSpec: { clusterConfiguration: { apiServer: { certSANs: ['127.0.0.1'] } } } },
        },
      },
    }),
    place(`${bootstrap}/v1beta2`, 'KubeadmConfigTemplate', {
      metadata: metadata('-class'),
      spec: {
        template: {
          spec: { joinConfiguration: { nodeRegistration: { kubeletExtraArgs: [{ name: 'v', value: '2' }] } } },
        },
      },
    }),
    {
      path: `/apis/cluster.x-k8s.io/v1beta2/namespaces/${namespace}/clusterclasses`,
      object: {
        apiVersion: 'cluster.x-k8s.io/v1beta2',
        kind: 'ClusterClass',
        metadata: metadata('-class'),
        spec: {
          infrastructure: {
            ...templateRef(provider, 'VSphereClusterTemplate', `${name}-class`),
            ...naming('{{ .cluster.name }}'),
          },
          controlPlane: {
            ...templateRef(`${controlPlane}/v1beta2`, 'KubeadmControlPlaneTemplate', `${name}-class`),
            machineInfrastructure: machines('control-plane'),
            ...naming('{{ .cluster.name }}-control-plane'),
            deletion,
          },
          workers: {
            machineDeployments: [
              {
                class: 'worker',
                bootstrap: templateRef(`${bootstrap}/v1beta2`, 'KubeadmConfigTemplate', `${name}-class`),
                infrastructure: machines('workers'),
                ...naming('{{ .cluster.name }}-{{ .machineDeployment.topologyName }}'),
                deletion,
              },
            ],
          },
          variables: [
            {
              name: variable,
              required: true,
              schema: { openAPIV3Schema: { type: 'object', properties: { [field]: { type: 'string' } } } },
            },
          ],
          patches: [
            {
              name: 'template',
              definitions: [
                {
                  selector: {
                    apiVersion: provider,
                    kind: 'VSphereMachineTemplate',
                    matchResources: { controlPlane: true, machineDeploymentClass: { names: ['worker'] } },
                  },
                  jsonPatches: [
                    {
                      op: 'replace',
                      path: '/spec/template/spec/template',
                      valueFrom: { variable: `${variable}.${field}` },
                    },
                  ],
                },
              ],
            },
          ],
        },
      },
    },
    place('cluster.x-k8s.io/v1beta2', 'Cluster', {
      metadata: metadata(''),
      spec: {
        clusterNetwork,
        controlPlaneEndpoint: endpoint,
        topology: {
          classRef: { name: `${name}-class` },
          version,
          controlPlane: { replicas: controlPlanes },
          workers: { machineDeployments: poolsOf(description).map((pool) => ({ ...pool, class: 'worker' })) },
          variables: [{ name: variable, value: { [field]: templatePath(version) } }],
        },
      },
    }),
  ];
}
