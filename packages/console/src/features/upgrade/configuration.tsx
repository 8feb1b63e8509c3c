import './review/review.css';
import { ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import type { Review, Upgrade } from '@sealift/core/api';
import { useState } from 'react';
import { lifecycle } from '@sealift/core/upgrade';
import { ClosedHere } from '../../api/platform.ts';
import { useReview } from '../../api/review.ts';
import { useMay } from '../../api/session.ts';
import { QueryView } from '../../components/query-view.tsx';
import { ChangeReview } from './review/change-review.tsx';
import type { ReviewRow } from './review/review-rows.ts';
import { useReviewAddress } from './review/use-review-address.ts';
import { LayersManifests } from './manifests/layers-manifests.tsx';
import { MergedLayers } from './texts/merged-layers.tsx';

interface ConfigurationProps {
  upgrade: Upgrade;
  /** Whether it is the part of the preview that one looks at. */
  isActive: boolean;
}

/** What becomes of each layer's configuration: the change review, or the runbook's panes. Once it was confirmed it is there to be read. */
export function Configuration({ upgrade, isActive }: ConfigurationProps) {
  const review = useReview(upgrade.id);
  const may = useMay('upgrades.prepare');
  const confirmed = lifecycle[upgrade.state].editable ? null : 'It was confirmed like this';
  return (
    <ClosedHere value={may ? confirmed : 'Your role does not allow this'}>
      <QueryView query={review} what="the decisions">
        {(data) => <Views upgrade={upgrade} review={data} isActive={isActive} />}
      </QueryView>
    </ClosedHere>
  );
}

function Views({ upgrade, review, isActive }: ConfigurationProps & { review: Review }) {
  const address = useReviewAddress();
  const [place, setPlace] = useState<{ row: ReviewRow; edit: boolean }>();
  const { texts, row, filter } = address;
  // Rendered for a draft alone: afterwards the cluster is another than it was for.
  const mayRender = useMay('platform.values') && lifecycle[upgrade.state].editable;
  const manifests = mayRender ? address.manifests : undefined;
  const isReview = texts === undefined && manifests === undefined;
  const firstLayer = (): string | undefined => {
    const ofRow = review.layers.find((layer) => row?.startsWith(`${layer.id}:`))?.id;
    const asking = review.layers.find(({ state }) => state === 'conflicts') ?? review.layers[0];
    return ofRow ?? filter.layer ?? asking?.id;
  };
  const viewToggle = (
    <ToggleGroup aria-label="View" isCompact className="view-toggle">
      <ToggleGroupItem text="Change review" isSelected={isReview} onChange={() => address.setTexts(undefined)} />
      <ToggleGroupItem
        text="Incoming and current"
        isSelected={texts !== undefined}
        onChange={() => {
          setPlace(undefined);
          address.setTexts(firstLayer());
        }}
      />
      {mayRender && (
        <ToggleGroupItem
          text="Manifests"
          isSelected={manifests !== undefined}
          onChange={() => {
            const layer = texts ?? firstLayer();
            if (layer !== undefined) address.setManifests(layer);
          }}
        />
      )}
    </ToggleGroup>
  );
  const shown = place !== undefined && place.row.layer.id === texts ? place : undefined;
  return (
    <>
      <div className="view" hidden={!isReview}>
        <ChangeReview
          upgrade={upgrade}
          review={review}
          address={address}
          isActive={isActive && isReview}
          viewToggle={viewToggle}
          onShowTexts={(of, edit) => {
            setPlace({ row: of, edit });
            address.setTexts(of.layer.id);
          }}
        />
      </div>
      {manifests !== undefined && (
        <div className="view">
          <LayersManifests
            upgrade={upgrade}
            review={review}
            chosen={manifests}
            viewToggle={viewToggle}
            onChoose={address.setManifests}
          />
        </div>
      )}
      {texts !== undefined && (
        <div className="view">
          <MergedLayers
            upgrade={upgrade}
            review={review}
            chosen={texts}
            place={shown === undefined ? undefined : { decision: shown.row.decision, edit: shown.edit }}
            viewToggle={viewToggle}
            onChoose={(layer) => {
              setPlace(undefined);
              address.setTexts(layer);
            }}
          />
        </div>
      )}
    </>
  );
}
