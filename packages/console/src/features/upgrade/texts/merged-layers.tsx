import { Checkbox } from '@patternfly/react-core';
import type { Review, Upgrade } from '@sealift/core/api';
import type { ReactNode } from 'react';
import { LayerList } from '../../../components/layer-list.tsx';
import { hopText } from '../hop-text.ts';
import { versionsText } from '../versions-text.ts';
import { LayerMerge } from './layer-merge.tsx';
import { LayerStateLabel } from './layer-state-label.tsx';
import type { ShownPlace } from './shown-place.ts';
import { useWrapLines } from './use-wrapped-panes.ts';

interface MergedLayersProps {
  upgrade: Upgrade;
  review: Review;
  /** The layer whose texts are shown. */
  chosen: string;
  place: ShownPlace | undefined;
  viewToggle: ReactNode;
  onChoose: (layer: string) => void;
}

/** The layers with their state on the left, the texts of the chosen one beside them. */
export function MergedLayers({ upgrade, review, chosen, place, viewToggle, onChoose }: MergedLayersProps) {
  const { layers } = review;
  const [isWrapped, setWrapped] = useWrapLines();
  const layer = layers.find(({ id }) => id === chosen) ?? layers[0];
  if (layer === undefined) return <p className="nothing">This release changes no layer.</p>;
  return (
    <>
      <div className="review-toolbar">
        <Checkbox
          id="wrap-lines"
          label="Wrap long lines"
          isChecked={isWrapped}
          onChange={(_event, on) => setWrapped(on)}
        />
        {viewToggle}
      </div>
      <div className="layers-and-detail">
        <LayerList
          label="Layers"
          items={layers.map((one) => ({
            id: one.id,
            layer: one.layer,
            name: one.displayName,
            detail: hopText(upgrade, one.hop) + versionsText(one),
            state: <LayerStateLabel layer={one} />,
          }))}
          chosen={layer.id}
          onChoose={onChoose}
        />
        <LayerMerge key={layer.id} upgradeId={upgrade.id} layer={layer} place={place} />
      </div>
    </>
  );
}
