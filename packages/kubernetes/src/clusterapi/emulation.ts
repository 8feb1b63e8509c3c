import { z } from 'zod';
import { decode } from '../connection/decode.ts';
import type { Members } from '../objects/merge-patch.ts';
import { argumentsSchema } from './kubeadm-settings.ts';
import { type ArgumentForm, withArgument, withText } from './kubeadm-setup.ts';

/** The programs of a control plane that serve, or work by, a version of Kubernetes; each takes the flag. */
const components = ['apiServer', 'controllerManager', 'scheduler'] as const;
const flag = 'emulated-version';
const etcdPlace = ['clusterConfiguration', 'etcd', 'local'] as const;

/** What a kubeadm configuration says of emulation, and of etcd. */
export interface Emulation {
  /** The minor that all programs emulate, null where none is told to; `mixed` where they are told differently. */
  readonly emulates: string | null;
  /** The tag that etcd's image is pinned to; undefined where kubeadm chooses. */
  readonly etcdTag: string | undefined;
  /** Whether etcd runs elsewhere than on the machines of the control plane. */
  readonly isEtcdElsewhere: boolean;
  /** Flags of the API server by their name. */
  readonly apiServer: ReadonlyMap<string, readonly string[]>;
}

const component = z.object({ extraArgs: argumentsSchema.nullish() }).nullish();
const schema = z.object({
  clusterConfiguration: z
    .object({
      apiServer: component,
      controllerManager: component,
      scheduler: component,
      etcd: z
        .object({ local: z.object({ imageTag: z.string().nullish() }).nullish(), external: z.unknown().optional() })
        .nullish(),
    })
    .nullish(),
});

/** Reads it, in v1beta1 or v1beta2 of Cluster API. @throws KUBERNETES_ANSWER_INVALID */
export function emulationIn(config: Members, place = 'kubeadmConfigSpec'): Emulation {
  const { clusterConfiguration } = decode(schema, config, place);
  const told = components.map((name) => clusterConfiguration?.[name]?.extraArgs?.get(flag)?.join(','));
  const [first] = told;
  const isSame = told.every((one) => one === first);
  const { local, external } = clusterConfiguration?.etcd ?? {};
  const tag = local?.imageTag ?? '';
  return {
    emulates: isSame ? (first ?? null) : 'mixed',
    etcdTag: tag === '' ? undefined : tag,
    isEtcdElsewhere: external !== undefined && external !== null,
    apiServer: clusterConfiguration?.apiServer?.extraArgs ?? new Map(),
  };
}

/** The same configuration with another minor to emulate, null for none, and another tag of etcd's image. */
export function withEmulation(
  config: Members,
  { emulates, etcdTag }: Pick<Emulation, 'emulates' | 'etcdTag'>,
  form: ArgumentForm,
): Members {
  let after = config;
  for (const name of components) {
    const at = ['clusterConfiguration', name, 'extraArgs'];
    after = withArgument(after, { at, name: flag, value: emulates ?? undefined, form });
  }
  return withText(after, etcdPlace, 'imageTag', etcdTag);
}
