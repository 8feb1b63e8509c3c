import { isSetupLayer } from '@sealift/core/planner';
import type { KubeadmSettings } from '@sealift/kubernetes/kubeadm-settings';
import type { LayerValues } from '@sealift/upgrade/ports/cluster';
import { packSettings } from './pack-settings.ts';

/** What values ask of kubeadm; only the layers `os` and `k8s` ask of nodes. @throws MERGE_…, INPUT_TOO_LARGE */
export function askedSettings(layers: readonly LayerValues[]): KubeadmSettings {
  return new Map(
    layers.filter(isSetupLayer).flatMap(({ layer, pack, values }) => [...packSettings(values, `${layer}/${pack}`)]),
  );
}

/** The part of settings that is about the machines of one kind. */
export function settingsFor(isControlPlane: boolean, settings: KubeadmSettings): KubeadmSettings {
  return isControlPlane ? settings : new Map([...settings].filter(([, { everywhere }]) => everywhere));
}
