import { KindLabel } from './kind-label.tsx';
import { PathButton } from './path-button.tsx';
import type { Decision } from './resolutions.ts';

interface DecisionItemProps {
  decision: Decision;
  onShow: (decision: Decision) => void;
}

/** What became of one path, and in one sentence why. */
export function DecisionItem({ decision, onShow }: DecisionItemProps) {
  return (
    <li className="decision">
      <KindLabel kind={decision.kind} />
      <PathButton path={decision.path} onShow={() => onShow(decision)} />
      <span className="reason">{decision.reason}</span>
    </li>
  );
}
