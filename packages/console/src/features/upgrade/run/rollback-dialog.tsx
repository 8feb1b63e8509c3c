import type { Upgrade } from '@sealift/core/api';
import type { RollbackReadiness } from '@sealift/core/upgrade';
import { useIntervention } from '../../../api/upgrades.ts';
import { usualText } from '../../../components/duration.ts';
import { ReasonDialog } from '../../../components/reason-dialog.tsx';
import { RollbackItems } from './rollback-items.tsx';

interface RollbackDialogProps {
  upgrade: Upgrade;
  rollback: RollbackReadiness;
  onClose: () => void;
}

/** Lists what will be put back and what stays, and asks for the reason; it goes to the audit log. */
export function RollbackDialog({ upgrade, rollback, onClose }: RollbackDialogProps) {
  const { mutate, error, isPending } = useIntervention(upgrade.id);
  return (
    <ReasonDialog
      title={`Roll back to ${upgrade.product} ${upgrade.from}?`}
      action="Roll back"
      decline="Leave it as it is"
      longest={500}
      error={error}
      isPending={isPending}
      onGiven={(reason) => mutate({ kind: 'rollback', reason }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>
        The console is locked until it is done. Usual time: {usualText(rollback.estimate)}. It can be paused, and ended,
        on the way.
      </p>
      <RollbackItems items={rollback.items.filter(({ done }) => !done)} />
    </ReasonDialog>
  );
}
