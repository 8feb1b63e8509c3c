import { type Paused, pausedText } from '@sealift/core/gateway';
import { usePause } from '../../api/gateways.ts';
import { ReasonDialog } from '../../components/reason-dialog.tsx';

/** Asks why before gateways are held. */
export function PauseDialog({ paused, onClose }: { paused: Paused; onClose: () => void }) {
  const pause = usePause();
  return (
    <ReasonDialog
      title={`Pause upgrades for ${pausedText(paused)}?`}
      action="Pause"
      decline="Cancel"
      longest={1000}
      error={pause.error}
      isPending={pause.isPending}
      onGiven={(reason) => pause.mutate({ paused, reason }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>
        What is on its way goes on to its proof. A gateway that is too old for an upgrade of the platform holds that up
        while it is paused.
      </p>
    </ReasonDialog>
  );
}
