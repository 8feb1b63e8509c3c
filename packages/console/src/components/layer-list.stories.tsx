import { Label } from '@patternfly/react-core';
import { fn } from 'storybook/test';
import preview from '../../.storybook/preview.tsx';
import { type LayerItem, LayerList } from './layer-list.tsx';

const layer = (id: string, of: LayerItem['layer'], name: string): LayerItem => ({
  id,
  layer: of,
  name,
  detail: '3.25.0 → 3.25.1',
  state: <Label isCompact>unchanged</Label>,
});

const meta = preview.meta({ component: LayerList, args: { label: 'Layers', chosen: 'cni', onChoose: fn() } });

export const Chosen = meta.story({
  args: { items: [layer('os', 'os', 'Ubuntu'), layer('k8s', 'k8s', 'Kubernetes'), layer('cni', 'cni', 'Calico')] },
});

/** More than a screen holds, with names that are longer than their place. */
export const Many = meta.story({
  args: {
    items: Array.from({ length: 60 }, (_unused, at) =>
      layer(`addon-${at}`, 'addon', `An add-on whose name is much longer than the list is wide, number ${at}`),
    ),
    chosen: 'addon-3',
  },
});
