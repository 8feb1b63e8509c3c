import type { Upgrade } from '@sealift/core/api';
import { isFinal, lifecycle } from '@sealift/core/upgrade';
import { useIntervention } from '../../../api/upgrades.ts';
import { ReasonDialog } from '../../../components/reason-dialog.tsx';

interface AbortDialogProps {
  upgrade: Upgrade;
  onClose: () => void;
}

/** Asks for the reason of an abort; it goes to the audit log. */
export function AbortDialog({ upgrade, onClose }: AbortDialogProps) {
  const { mutate, error, isPending } = useIntervention(upgrade.id);
  // Nothing runs while it waits for a person.
  const after = lifecycle[upgrade.state].on.abort;
  const isAtOnce = after !== undefined && isFinal(after);
  const done = upgrade.steps.filter(({ state }) => state === 'done').length;
  return (
    <ReasonDialog
      title="Abort the upgrade?"
      action="Abort the upgrade"
      decline="Go on with the upgrade"
      longest={500}
      error={error}
      isPending={isPending}
      onGiven={(reason) => mutate({ kind: 'abort', reason }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>
        {isAtOnce ? 'It ends at once.' : 'It stops at the next safe point.'} {done} of {upgrade.steps.length} steps are
        done; what they did stays as it is, so the site then runs parts of both versions.
      </p>
    </ReasonDialog>
  );
}
