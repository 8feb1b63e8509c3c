import type { Upgrade } from '@sealift/core/api';
import type { Check } from '@sealift/core/check';
import { useState } from 'react';
import { useRiskDecision } from '../../../api/upgrades.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LockedButton } from '../../../components/locked-button.tsx';
import { Moment } from '../../../components/moment.tsx';
import { AcceptRiskDialog } from './accept-risk-dialog.tsx';

/** Below a check of the preflight: who accepted what it found, with the way back, or the way to accept it. */
export function CheckRisk({ upgrade, check }: { upgrade: Upgrade; check: Check }) {
  const [asking, setAsking] = useState(false);
  const withdraw = useRiskDecision(upgrade.id);
  const accepted = upgrade.risks.find((risk) => risk.check === check.name);
  const { risk } = check;
  return (
    <>
      {accepted !== undefined && (
        <p>
          <strong>Accepted</strong> by {accepted.by} <Moment at={accepted.at} />, until{' '}
          {accepted.expiresAt === null ? 'the upgrade ends' : <Moment at={accepted.expiresAt} />}: {accepted.reason}{' '}
          {!accepted.covers && 'It does not count: it has ended, or is about less than what is found now. '}
          <LockedButton
            variant="link"
            size="sm"
            isInline
            aria-label={`Withdraw the acceptance: ${check.title}`}
            onClick={() => withdraw.mutate({ kind: 'withdraw', check: check.name })}
          >
            Withdraw
          </LockedButton>
        </p>
      )}
      {withdraw.isError && <ErrorNotice error={withdraw.error} />}
      {risk !== undefined && accepted?.covers !== true && (
        <LockedButton
          variant="secondary"
          size="sm"
          aria-label={`Accept this risk: ${check.title}`}
          onClick={() => setAsking(true)}
        >
          Accept this risk
        </LockedButton>
      )}
      {asking && risk !== undefined && (
        <AcceptRiskDialog upgrade={upgrade.id} check={check} risk={risk} onClose={() => setAsking(false)} />
      )}
    </>
  );
}
