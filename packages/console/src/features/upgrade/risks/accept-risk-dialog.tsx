import type { Check, CheckRisk } from '@sealift/core/check';
import { useState } from 'react';
import { useRiskDecision } from '../../../api/upgrades.ts';
import { ReasonDialog } from '../../../components/reason-dialog.tsx';

interface AcceptRiskDialogProps {
  upgrade: string;
  check: Check;
  risk: CheckRisk;
  onClose: () => void;
}

/** Says what may happen and to what, and asks why one goes on all the same. */
export function AcceptRiskDialog({ upgrade, check, risk, onClose }: AcceptRiskDialogProps) {
  const { mutate, error, isPending } = useRiskDecision(upgrade);
  // What was shown when the dialog was opened is what is accepted, whatever is found meanwhile.
  const [shown] = useState(risk);
  const accept = (reason: string) =>
    mutate({ kind: 'accept', check: check.name, reason, objects: shown.objects }, { onSuccess: onClose });
  return (
    <ReasonDialog
      title="Accept this risk?"
      action="Accept the risk"
      decline="Cancel"
      longest={1000}
      error={error}
      isPending={isPending}
      onGiven={accept}
      onClose={onClose}
    >
      <p>{check.detail}</p>
      <p>{shown.consequence}</p>
      <p>It is accepted for this upgrade alone, and for these alone: {shown.objects.join(', ')}</p>
    </ReasonDialog>
  );
}
