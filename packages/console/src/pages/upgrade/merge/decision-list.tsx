import { Title } from '@patternfly/react-core';
import type { LayerPreview } from '@sealift/core/api';
import { ConflictItem } from './conflict-item.tsx';
import { DecisionItem } from './decision-item.tsx';
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
  const conflicts = preview.decisions.filter(({ kind }) => kind === 'conflict');
  const others = preview.decisions.filter(({ kind }) => kind !== 'conflict');
  const summary = preview.decisions.length === 0 ? 'Nothing differs' : `${preview.decisions.length}`;
  return (
    <section className="decisions" aria-label="Decisions">
      <Title headingLevel="h2" size="md">
        Decisions <span className="quiet">{summary}</span>
      </Title>
      <ul>
        {conflicts.map((decision) => (
          <ConflictItem
            key={pathKey(decision.path)}
            decision={decision}
            resolution={preview.resolutions.find(({ path }) => pathKey(path) === pathKey(decision.path))}
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
