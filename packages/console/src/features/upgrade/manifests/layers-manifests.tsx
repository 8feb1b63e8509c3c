import { Button } from '@patternfly/react-core';
import type { LayerManifestsView, Review, ReviewedLayer, Upgrade } from '@sealift/core/api';
import type { ReactNode } from 'react';
import { useLayerManifests } from '../../../api/review.ts';
import { DiffView } from '../../../components/diff-view.tsx';
import { LayerList } from '../../../components/layer-list.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { hopText } from '../hop-text.ts';
import { LayerStateLabel } from '../texts/layer-state-label.tsx';
import { versionsText } from '../versions-text.ts';

interface LayersManifestsProps {
  upgrade: Upgrade;
  review: Review;
  /** The layer whose manifests are shown. */
  chosen: string;
  viewToggle: ReactNode;
  onChoose: (layer: string) => void;
}

/** The layers on the left; beside them the objects that the chosen one comes to in the cluster, now and after the upgrade. */
export function LayersManifests({ upgrade, review, chosen, viewToggle, onChoose }: LayersManifestsProps) {
  const { layers } = review;
  const layer = layers.find(({ id }) => id === chosen) ?? layers[0];
  if (layer === undefined) return <p className="nothing">This release changes no layer.</p>;
  return (
    <>
      <div className="review-toolbar">{viewToggle}</div>
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
        <Manifests key={layer.id} upgradeId={upgrade.id} layer={layer} />
      </div>
    </>
  );
}

function Manifests({ upgradeId, layer }: { upgradeId: string; layer: ReviewedLayer }) {
  const manifests = useLayerManifests(upgradeId, layer);
  return (
    <section className="layer-detail" aria-label={`Manifests of ${layer.displayName}`}>
      <QueryView query={manifests} what={`what ${layer.displayName} comes to, which helm renders now`}>
        {(view) => (
          <>
            <Difference view={view} />
            {view.change === 'changed' && (
              <p className="quiet">
                Secrets read ***, so whether one changes is not seen here.{' '}
                <Button
                  variant="link"
                  isInline
                  isDisabled={manifests.isFetching}
                  onClick={() => void manifests.refetch()}
                >
                  Render again
                </Button>
              </p>
            )}
          </>
        )}
      </QueryView>
    </section>
  );
}

function Difference({ view: { change, now, next } }: { view: LayerManifestsView }) {
  if (change === 'open')
    return <p className="nothing">Settle the conflicts of this layer first: until then nothing can be rendered.</p>;
  if (change === 'none') return <p className="nothing">The upgrade leaves this layer as it is.</p>;
  const omitted = (now?.omitted ?? 0) + (next?.omitted ?? 0);
  return (
    <>
      {omitted > 0 && <p className="quiet">{omitted} objects are left out: the text would be too long.</p>}
      {now?.text === next?.text && <p className="quiet">Both come to the same.</p>}
      <DiffView
        left={{ label: `With the values that run, ${countOf(now)}`, text: now?.text ?? '' }}
        right={{ label: `With the merged values, ${countOf(next)}`, text: next?.text ?? '' }}
      />
    </>
  );
}

function countOf(side: LayerManifestsView['now']): string {
  const count = side?.objects ?? 0;
  return `${count} ${count === 1 ? 'object' : 'objects'}`;
}
