import { Label } from '@patternfly/react-core';
import { mask } from '@sealift/core/secret';
import { useState } from 'react';
import { LockedButton } from '../../../components/locked-button.tsx';
import { EarlierChoice, type Offer } from './earlier-choice.tsx';
import { KindLabel } from './kind-label.tsx';
import { OwnValue } from './own-value.tsx';
import { PathButton } from './path-button.tsx';
import { hiddenValue, isSecretDecision, shownOwnValue } from './secret-values.ts';
import { type Decision, type MergePath, pathText, type Resolution } from './resolutions.ts';

interface ConflictItemProps {
  decision: Decision;
  resolution: Resolution | undefined;
  /** How the path was settled in an earlier upgrade. */
  offer: Offer | undefined;
  /** Dotted paths that the pack's schemas name as passwords. */
  passwords: readonly string[];
  busy: boolean;
  onShow: (decision: Decision) => void;
  onResolve: (path: MergePath, resolution: Resolution | null) => void;
}

const sides = [
  { take: 'current', title: 'Current', action: 'Keep current' },
  { take: 'incoming', title: 'Incoming', action: 'Take incoming' },
  { take: 'base', title: 'Base', action: 'Back to base' },
] as const;

/** A conflict with its three values; settled by choosing one or giving another. */
export function ConflictItem({ decision, resolution, offer, passwords, busy, onShow, onResolve }: ConflictItemProps) {
  const [own, setOwn] = useState(false);
  const { path } = decision;
  const text = pathText(path);
  const settled = decision.resolvedBy;
  const shown = (value: string): string => shownOwnValue(value, decision, passwords);
  const note = busy ? 'Not while a text edited by hand is used, or a change is being saved' : undefined;
  return (
    <li className={settled === undefined ? 'decision conflict open' : 'decision conflict'}>
      {settled === undefined ? (
        <KindLabel kind="conflict" />
      ) : (
        <Label isCompact status="success" className="kind">
          settled
        </Label>
      )}
      <PathButton path={path} onShow={() => onShow(decision)} />
      <span className="reason">{decision.reason}</span>
      <div className="choices" role="group" aria-label={`Settle ${text}`}>
        {sides.map(({ take, title, action }) => (
          <div key={take} className={settled === take ? 'choice chosen' : 'choice'}>
            <span className="quiet">{title}</span>
            <pre>{valueText(decision, take)}</pre>
            <LockedButton
              variant="secondary"
              size="sm"
              aria-label={`${action}: ${text}`}
              aria-pressed={settled === take}
              onClick={() => onResolve(path, { path, take })}
              disabledBecause={note}
            >
              {action}
            </LockedButton>
          </div>
        ))}
        <div className={settled === 'value' ? 'choice chosen' : 'choice'}>
          <span className="quiet">Own value</span>
          <OwnValue
            label={text}
            open={own}
            isSecret={isSecretDecision(decision, passwords)}
            shown={shown}
            value={resolution !== undefined && 'value' in resolution ? resolution.value : ''}
            busy={busy}
            onOpen={() => setOwn(true)}
            onClose={() => setOwn(false)}
            onUse={(value) => {
              setOwn(false);
              onResolve(path, { path, value });
            }}
          />
        </div>
        {settled === undefined && offer !== undefined && (
          <EarlierChoice
            offer={offer}
            label={text}
            shown={shown}
            onUse={() => onResolve(path, offer.resolution)}
            disabledBecause={note}
          />
        )}
        {settled !== undefined && (
          <LockedButton
            variant="link"
            size="sm"
            aria-label={`Open again: ${text}`}
            onClick={() => onResolve(path, null)}
            disabledBecause={note}
          >
            Open again
          </LockedButton>
        )}
      </div>
    </li>
  );
}

function valueText(decision: Decision, side: 'current' | 'incoming' | 'base'): string {
  const source = decision[side]?.source;
  if (source === undefined) return '(not there)';
  if (source === mask) return hiddenValue;
  return source.length > 400 ? `${source.slice(0, 400)} …` : source;
}
