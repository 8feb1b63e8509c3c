import type { Check, CheckRisk } from '@sealift/core/check';
import { useState } from 'react';
import { ProblemError } from '../../../api/http.ts';
import { useRiskDecision } from '../../../api/upgrades.ts';
import { ReasonDialog } from '../../../components/reason-dialog.tsx';
import { endOf, type RiskEnd, RiskEndField } from './risk-end.tsx';

interface AcceptRiskDialogProps {
  upgrade: string;
  check: Check;
  risk: CheckRisk;
  onClose: () => void;
}

/** Says what may happen and to what, and asks why one goes on all the same, and until when. */
export function AcceptRiskDialog({ upgrade, check, risk, onClose }: AcceptRiskDialogProps) {
  const { mutate, error, isPending, reset } = useRiskDecision(upgrade);
  // What was shown when the dialog was opened is what is accepted, whatever is found meanwhile.
  const [shown] = useState(risk);
  const [end, setEnd] = useState<RiskEnd>(null);
  const [isUnread, setUnread] = useState(false);
  const isAboutEnd = error instanceof ProblemError && error.problem.place === 'body.expiresAt';
  const accept = (reason: string) => {
    const given = endOf(end);
    setUnread(given === undefined);
    // A time that is half typed is none: it must not become that of the upgrade.
    if (given !== undefined)
      mutate({ kind: 'accept', check: check.name, reason, objects: shown.objects, ...given }, { onSuccess: onClose });
  };
  const change = (value: RiskEnd) => {
    setEnd(value);
    setUnread(false);
    reset();
  };
  const refused = isAboutEnd ? error.problem.detail : undefined;
  return (
    <ReasonDialog
      title="Accept this risk?"
      action="Accept the risk"
      decline="Cancel"
      longest={1000}
      error={isAboutEnd ? null : error}
      isPending={isPending}
      onGiven={accept}
      onClose={onClose}
    >
      <p>{check.detail}</p>
      <p>{shown.consequence}</p>
      <p>It is accepted for this upgrade alone, and for these alone: {shown.objects.join(', ')}</p>
      <RiskEndField
        value={end}
        onChange={change}
        problem={isUnread ? 'Give a day and a time, or let it end with the upgrade' : refused}
      />
    </ReasonDialog>
  );
}
