import type { LayerName } from '@sealift/core/pack';
import type { ReactNode } from 'react';

const layerTitles: Readonly<Record<LayerName, string>> = {
  kernel: 'Kernel',
  os: 'Operating system',
  k8s: 'Kubernetes',
  cni: 'Network (CNI)',
  csi: 'Storage (CSI)',
  addon: 'Add-on',
};

/** A layer as a person reads it. */
export function layerTitle(layer: LayerName): string {
  return layerTitles[layer];
}

export interface LayerItem {
  id: string;
  layer: LayerName;
  name: string;
  /** Version, or from which to which. */
  detail: string;
  state: ReactNode;
}

interface LayerListProps {
  label: string;
  items: readonly LayerItem[];
  chosen: string;
  onChoose: (id: string) => void;
}

/** The layers on the left; the chosen one is shown beside it. */
export function LayerList({ label, items, chosen, onChoose }: LayerListProps) {
  return (
    <nav aria-label={label} className="layers">
      <ul>
        {items.map((item) => (
          <li key={item.id}>
            <button
              type="button"
              className="layer"
              aria-current={item.id === chosen ? 'true' : undefined}
              onClick={() => onChoose(item.id)}
            >
              <span className="quiet">{layerTitle(item.layer)}</span> <span className="layer-name">{item.name}</span>{' '}
              <span className="layer-facts">
                <span className="quiet">{item.detail}</span> {item.state}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
