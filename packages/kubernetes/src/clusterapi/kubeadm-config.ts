import { z } from 'zod';
import { decode } from '../connection/decode.ts';
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

/**
 * What machines that join get by a kubeadm configuration, in v1beta1 or v1beta2. Of the first machine, which `initConfiguration` is for, nothing
 * is told: every later one joins.
 *
 * @throws KUBERNETES_ANSWER_INVALID
 */
export function settingsIn(config: unknown, place = 'kubeadmConfigSpec'): KubeadmSettings {
  const spec = decode(configSchema.nullish(), config, place);
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
