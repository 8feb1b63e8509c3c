import { PageSection } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { useState } from 'react';
import { LockedButton } from '../../../components/locked-button.tsx';
import { useApproval } from './approval.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { WithdrawRequest } from './withdraw-request.tsx';

interface ConfirmBarProps {
  upgrade: Upgrade;
  /** Whether the site is being looked at. */
  isLooking: boolean;
}

/** Confirm at the bottom right; while something is open it can't be pressed and the reason stands beside it. */
export function ConfirmBar({ upgrade, isLooking }: ConfirmBarProps) {
  const [asking, setAsking] = useState(false);
  const looking = isLooking ? ['The site is being looked at'] : [];
  const found =
    upgrade.hash === null && upgrade.blockers.length === 0 ? ['The merge is still being computed'] : upgrade.blockers;
  const { text: approval, isOwn, action } = useApproval(upgrade);
  // What is looked for is not said to be missing.
  const reasons = [...found.slice(isLooking && upgrade.preflightAt === null ? 1 : 0), ...looking];
  const open = reasons.length > 0;
  const kept = upgrade.layers.reduce((count, layer) => count + layer.keptCustomisations, 0);
  return (
    <PageSection isFilled={false} hasBodyWrapper={false} className="confirm-bar" aria-label="Confirm the update">
      <div id="confirm-reason" role="status" className="confirm-reason">
        {open ? (
          <>
            <strong>Confirm is off:</strong> {reasons[0]}
            {reasons.length > 1 && (
              <details>
                <summary>and {reasons.length - 1} more</summary>
                <ul>
                  {reasons.slice(1).map((reason) => (
                    <li key={reason}>{reason}</li>
                  ))}
                </ul>
              </details>
            )}
          </>
        ) : (
          <>
            Nothing is open. {kept} {kept === 1 ? 'customisation is' : 'customisations are'} kept.
          </>
        )}
        {approval !== undefined && <p>{approval}</p>}
      </div>
      <LockedButton
        needs="upgrades.confirm"
        onClick={() => setAsking(true)}
        disabledBecause={open ? reasons[0] : isOwn ? approval : undefined}
        aria-describedby="confirm-reason"
      >
        {action}
      </LockedButton>
      {upgrade.approval.asked !== null && <WithdrawRequest id={upgrade.id} />}
      {asking && upgrade.hash !== null && (
        <ConfirmDialog upgrade={upgrade} hash={upgrade.hash} onClose={() => setAsking(false)} />
      )}
    </PageSection>
  );
}
