import { z } from 'zod';
import { decode } from '../connection/decode.ts';
import { type KubeObject, nameOf, referenceOf } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { servedKind } from './discovery.ts';
import {
  argumentSettings,
  argumentsSchema,
  commandSettings,
  commandsSchema,
  fileSettings,
  type KubeadmSettings,
  nameSettings,
  volumeSettings,
  volumesSchema,
} from './kubeadm-settings.ts';
import { groupOf, providerReference } from './reference.ts';
import type { ClusterState } from './state.ts';

/** What machines of one owner are set up with when they join. */
export interface JoinConfiguration {
  /** `KubeadmControlPlane c1-cp`, `KubeadmConfigTemplate md of MachineDeployment md` */
  readonly owner: string;
  readonly isControlPlane: boolean;
  /** Undefined where they are not set up by a KubeadmConfigTemplate that is there. */
  readonly settings: KubeadmSettings | undefined;
}

const component = z
  .object({
    extraArgs: argumentsSchema.nullish(),
    extraVolumes: volumesSchema.nullish(),
    // Of the API server alone.
    certSANs: z.array(z.string()).nullish(),
  })
  .nullish();
const file = z.object({
  path: z.string(),
  owner: z.string().nullish(),
  permissions: z.string().nullish(),
  append: z.boolean().nullish(),
  encoding: z.string().nullish(),
  content: z.string().nullish(),
  contentFrom: z.unknown().optional(),
});
const configSchema = z.object({
  clusterConfiguration: z
    .object({
      apiServer: component,
      controllerManager: component,
      scheduler: component,
      etcd: z.object({ local: component }).nullish(),
    })
    .nullish(),
  joinConfiguration: z
    .object({ nodeRegistration: z.object({ kubeletExtraArgs: argumentsSchema.nullish() }).nullish() })
    .nullish(),
  files: z.array(file).nullish(),
  preKubeadmCommands: commandsSchema.nullish(),
  postKubeadmCommands: commandsSchema.nullish(),
});

const controlPlaneSchema = z.object({ spec: z.object({ kubeadmConfigSpec: configSchema.nullish() }) });
const templateSchema = z.object({ spec: z.object({ template: z.object({ spec: configSchema.nullish() }) }) });
const deploymentSchema = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({ bootstrap: z.object({ configRef: providerReference.nullish() }).nullish() }),
    }),
  }),
});

/**
 * Reads what new machines of a cluster are set up with, by the KubeadmControlPlane and by what each MachineDeployment names, in v1beta1 or v1beta2.
 *
 * @throws KUBERNETES_…
 */
export async function readJoinConfigurations(
  objects: Objects,
  { controlPlane, deploymentObjects }: Pick<ClusterState, 'controlPlane' | 'deploymentObjects'>,
  cancel?: AbortSignal,
): Promise<readonly JoinConfiguration[]> {
  const owner = `${controlPlane.kind} ${controlPlane.name}`;
  const object = await objects.get(controlPlane.ref, cancel);
  const spec = object === undefined ? undefined : decode(controlPlaneSchema, object, owner).spec.kubeadmConfigSpec;
  const own = { owner, isControlPlane: true, settings: object === undefined ? undefined : settingsOf(spec) };
  const others: JoinConfiguration[] = [];
  for (const deployment of deploymentObjects) others.push(await ofDeployment(objects, deployment, cancel));
  return [own, ...others];
}

async function ofDeployment(
  objects: Objects,
  deployment: KubeObject,
  cancel: AbortSignal | undefined,
): Promise<JoinConfiguration> {
  const { name: own, namespace } = deployment.metadata;
  const owner = `MachineDeployment ${own}`;
  const ref = decode(deploymentSchema, deployment, owner).spec.template.spec.bootstrap?.configRef ?? undefined;
  const unknown = { owner, isControlPlane: false, settings: undefined };
  if (ref?.kind !== 'KubeadmConfigTemplate') return unknown;
  const { kind, name } = ref;
  const wanted = { group: groupOf(ref), kind, asWritten: ref.apiVersion };
  const apiVersion = await servedKind(objects.discovery, wanted, cancel);
  const object =
    apiVersion === undefined ? undefined : await objects.get({ apiVersion, kind, namespace, name }, cancel);
  if (object === undefined) return unknown;
  const { spec } = decode(templateSchema, object, nameOf(referenceOf(object)));
  return { owner: `${kind} ${name} of ${owner}`, isControlPlane: false, settings: settingsOf(spec.template.spec) };
}

/** Of the first machine, which `initConfiguration` is for, nothing is told: every later one joins. */
function settingsOf(spec: z.infer<typeof configSchema> | null | undefined): KubeadmSettings {
  const { apiServer, controllerManager, scheduler, etcd } = spec?.clusterConfiguration ?? {};
  const components = { apiServer, controllerManager, scheduler, 'etcd.local': etcd?.local };
  return new Map([
    ...Object.entries(components).flatMap(([name, of]) => [
      ...argumentSettings(`${name}.extraArgs`, false, of?.extraArgs ?? new Map()),
      ...volumeSettings(`${name}.extraVolumes`, of?.extraVolumes ?? []),
      ...nameSettings(`${name}.certSANs`, of?.certSANs ?? []),
    ]),
    ...argumentSettings(
      'kubeletExtraArgs',
      true,
      spec?.joinConfiguration?.nodeRegistration?.kubeletExtraArgs ?? new Map(),
    ),
    ...fileSettings((spec?.files ?? []).map((one) => ({ ...one, content: contentOf(one) }))),
    ...commandSettings('preKubeadmCommands', spec?.preKubeadmCommands ?? []),
    ...commandSettings('postKubeadmCommands', spec?.postKubeadmCommands ?? []),
  ]);
}

function contentOf({ content, contentFrom, encoding }: z.infer<typeof file>): string | undefined {
  if (contentFrom !== undefined && contentFrom !== null) return undefined;
  if ((encoding ?? '') === '') return content ?? '';
  return encoding === 'base64' ? Buffer.from(content ?? '', 'base64').toString() : undefined;
}
