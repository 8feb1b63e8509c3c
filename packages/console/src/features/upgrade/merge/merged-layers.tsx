import type { Upgrade } from '@sealift/core/api';
import { useSearchParams } from 'react-router';
import { LayerList } from '../../../components/layer-list.tsx';
import { LayerMerge } from './layer-merge.tsx';
import { LayerStateLabel } from './layer-state-label.tsx';

/** The layers with their state on the left, the merge of the chosen one beside them. Opens at a layer with a conflict. */
export function MergedLayers({ upgrade }: { upgrade: Upgrade }) {
  const [search, setSearch] = useSearchParams();
  const { layers } = upgrade;
  const chosen =
    layers.find(({ id }) => id === search.get('layer')) ??
    layers.find(({ state }) => state === 'conflicts') ??
    layers.find(({ state }) => state !== 'unchanged') ??
    layers[0];
  if (chosen === undefined) return <p className="nothing">This release changes no layer.</p>;
  return (
    <div className="layers-and-detail">
      <LayerList
        label="Layers"
        items={layers.map((layer) => ({
          id: layer.id,
          layer: layer.layer,
          name: layer.displayName,
          detail: hopText(upgrade, layer.hop) + versions(layer.fromVersion, layer.toVersion),
          state: <LayerStateLabel layer={layer} />,
        }))}
        chosen={chosen.id}
        onChoose={(id) => setSearch({ layer: id }, { replace: true })}
      />
      <LayerMerge key={chosen.id} upgradeId={upgrade.id} layer={chosen} />
    </div>
  );
}

/** Of several hops, in which one a layer is merged. */
function hopText({ plan }: Upgrade, hop: number): string {
  const hops = plan?.hops ?? [];
  return hops.length < 2 ? '' : `for ${hops[hop]?.to ?? ''}: `;
}

function versions(from: string | null, to: string | null): string {
  if (from === null) return `new: ${to}`;
  if (to === null) return `${from}, removed`;
  return from === to ? from : `${from} → ${to}`;
}
