import { canonicalJson } from '../canonical-json/canonical-json.ts';
import { readPlain } from '../merge/read-plain.ts';
import type { LayerName } from '../pack/pack.ts';

/** The values of one layer. */
export interface ValuesOfLayer {
  readonly layer: LayerName;
  readonly pack: string;
  readonly values: string;
}

export type SetupGroup = 'control-plane' | 'workers';

/** What kubeadm is told on each machine, and what on those of the control plane alone. */
const everywhere = ['kubeletExtraArgs', 'files', 'preKubeadmCommands', 'postKubeadmCommands'];
const ofControlPlane = ['apiServer', 'controllerManager', 'scheduler', 'etcd'];

/** Whether values of a layer may say, under `kubeadmconfig`, how kubeadm sets up nodes. */
export function isSetupLayer({ layer }: Pick<ValuesOfLayer, 'layer'>): boolean {
  return layer === 'os' || layer === 'k8s';
}

/**
 * What values ask of kubeadm for the machines of a group: two that ask for the same have the same text, whatever else is in the values.
 *
 * @throws MERGE_YAML_INVALID, MERGE_KEY_DUPLICATE, MERGE_TOO_DEEP, MERGE_ALIASES_EXPLODE, INPUT_TOO_LARGE
 */
export function setupText(layers: readonly ValuesOfLayer[], group: SetupGroup): string {
  return textFor(configsOf(layers), group);
}

/** The groups whose machines are set up otherwise by other values. @throws as `setupText` */
export function newSetupOf(before: readonly ValuesOfLayer[], after: readonly ValuesOfLayer[]): readonly SetupGroup[] {
  const [old, next] = [configsOf(before), configsOf(after)];
  const groups = ['control-plane', 'workers'] as const;
  return groups.filter((group) => textFor(old, group) !== textFor(next, group));
}

function configsOf(layers: readonly ValuesOfLayer[]): readonly unknown[] {
  return layers
    .filter(isSetupLayer)
    .map(({ layer, pack, values }) => memberOf(readPlain(values, `the values of ${layer}/${pack}`), 'kubeadmconfig'));
}

function textFor(configs: readonly unknown[], group: SetupGroup): string {
  const members = group === 'control-plane' ? [...ofControlPlane, ...everywhere] : everywhere;
  const asked = configs.map((config) => members.map((name) => memberOf(config, name) ?? null));
  return canonicalJson(asked.filter((each) => each.some((one) => one !== null)));
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
