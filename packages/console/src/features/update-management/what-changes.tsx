import { ExpandableSection, Title } from '@patternfly/react-core';
import type { AvailableUpdate } from '@sealift/core/planner';
import { layerTitle } from '../../components/layer-list.tsx';

/** What a release changes, and what its vendor says of it, before anything is prepared. */
export function WhatChanges({ update }: { update: AvailableUpdate }) {
  const { version, layers, notes } = update;
  return (
    <div className="what-changes">
      <Title headingLevel="h3" size="md">
        What changes
      </Title>
      {layers.length === 0 ? (
        <p>No layer.</p>
      ) : (
        <ul aria-label={`Layers that ${version} changes`}>
          {layers.map(({ layer, pack, from, to }) => (
            <li key={`${layer} ${pack}`}>
              <span className="quiet">{layerTitle(layer)}</span> <code>{pack}</code> {wayOf(from, to)}
            </li>
          ))}
        </ul>
      )}
      {notes === null ? (
        <p className="quiet">The release brings no notes.</p>
      ) : (
        <ExpandableSection toggleText={`Release notes of ${version}`} isIndented>
          <p className="release-notes">{notes}</p>
        </ExpandableSection>
      )}
    </div>
  );
}

function wayOf(from: string | null, to: string | null): string {
  if (from === null) return `new: ${to}`;
  return to === null ? `${from}, removed` : `${from} → ${to}`;
}
