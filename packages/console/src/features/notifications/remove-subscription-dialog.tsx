import type { Subscription } from '@sealift/core/api';
import { useRemoveSubscription } from '../../api/notifications.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';

interface RemoveSubscriptionDialogProps {
  subscription: Subscription;
  onClose: () => void;
}

/** Asks whether somebody is to be told no more. */
export function RemoveSubscriptionDialog({ subscription, onClose }: RemoveSubscriptionDialogProps) {
  const remove = useRemoveSubscription();
  return (
    <ConfirmDialog
      title={`Remove ${subscription.name}?`}
      action="Remove"
      error={remove.error}
      isPending={remove.isPending}
      onConfirm={() => remove.mutate(subscription.id, { onSuccess: onClose })}
      onClose={onClose}
    >
      Nothing is sent there any more; what waits is dropped, and so is the list of what was sent.
    </ConfirmDialog>
  );
}
