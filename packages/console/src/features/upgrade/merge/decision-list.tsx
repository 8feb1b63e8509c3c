import { Title, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import type { LayerPreview } from '@sealift/core/api';
import { useState } from 'react';
import { ConflictItem } from './conflict-item.tsx';
import { DecisionItem } from './decision-item.tsx';
import { countedKinds, isOfSite } from './decision-kinds.ts';
import { type Decision, type MergePath, pathKey, type Resolution } from './resolutions.ts';

interface DecisionListProps {
  preview: LayerPreview;
  busy: boolean;
  onShow: (decision: Decision) => void;
  /** `null` opens the conflict again. */
  onResolve: (path: MergePath, resolution: Resolution | null) => void;
}

/** Every path that differs anywhere: conflicts first, then what was kept, taken, added and removed, each with its reason. */
export function DecisionList({ preview, busy, onShow, onResolve }: DecisionListProps) {
  const [onlySite, setOnlySite] = useState(false);
  const { decisions } = preview;
  const conflicts = decisions.filter(({ kind }) => kind === 'conflict');
  const others = decisions.filter((decision) => decision.kind !== 'conflict' && (!onlySite || isOfSite(decision)));
  return (
    <section className="decisions" aria-label="Decisions">
      <div className="decisions-heading">
        <Title headingLevel="h2" size="md">
          Decisions
        </Title>
        <span className="quiet">{countedKinds(decisions)}</span>
        {decisions.length > 0 && (
          <ToggleGroup aria-label="Which decisions are shown" isCompact>
            <ToggleGroupItem text="All" isSelected={!onlySite} onChange={() => setOnlySite(false)} />
            <ToggleGroupItem text="This site’s" isSelected={onlySite} onChange={() => setOnlySite(true)} />
          </ToggleGroup>
        )}
      </div>
      <ul>
        {conflicts.map((decision) => (
          <ConflictItem
            key={pathKey(decision.path)}
            decision={decision}
            resolution={preview.resolutions.find(({ path }) => pathKey(path) === pathKey(decision.path))}
            offer={preview.offered.find(({ resolution }) => pathKey(resolution.path) === pathKey(decision.path))}
            passwords={preview.passwords}
            busy={busy || preview.pasted !== null}
            onShow={onShow}
            onResolve={onResolve}
          />
        ))}
        {others.map((decision) => (
          <DecisionItem key={`${decision.kind} ${pathKey(decision.path)}`} decision={decision} onShow={onShow} />
        ))}
      </ul>
    </section>
  );
}
