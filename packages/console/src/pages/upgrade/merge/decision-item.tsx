import { Button } from '@patternfly/react-core';
import { KindLabel } from './kind-label.tsx';
import { type Decision, pathText } from './resolutions.ts';

interface DecisionItemProps {
  decision: Decision;
  onShow: (decision: Decision) => void;
}

/** What became of one path, and in one sentence why. */
export function DecisionItem({ decision, onShow }: DecisionItemProps) {
  const path = pathText(decision.path);
  return (
    <li className="decision">
      <KindLabel kind={decision.kind} />
      <Button variant="link" isInline className="path" onClick={() => onShow(decision)} aria-label={`Show ${path}`}>
        {path}
      </Button>
      <span className="reason">{decision.reason}</span>
    </li>
  );
}
