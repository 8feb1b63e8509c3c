import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { isForValues } from '@sealift/core/upgrade';
import { useSession } from '../../../api/session.ts';
import { useConfirm } from '../../../api/upgrades.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useApproval } from './approval.ts';
import { consequences } from './consequences.ts';

interface ConfirmDialogProps {
  upgrade: Upgrade;
  hash: string;
  onClose: () => void;
}

/** Says what will happen, and asks once more. What is approved is the hash of what was shown. */
export function ConfirmDialog({ upgrade, hash, onClose }: ConfirmDialogProps) {
  const confirm = useConfirm(upgrade.id);
  const session = useSession();
  const { asks } = useApproval(upgrade);
  const title = isForValues(upgrade)
    ? `Apply new values to ${upgrade.product} ${upgrade.to}?`
    : `Update ${upgrade.product} from ${upgrade.from} to ${upgrade.to}?`;
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="confirm-title" aria-describedby="confirm-body">
      <ModalHeader title={title} labelId="confirm-title" />
      <ModalBody id="confirm-body">
        {confirm.isError && <ErrorNotice error={confirm.error} />}
        <p>{asks ? 'When another person has approved it, this will happen:' : 'This will happen:'}</p>
        <ul className="consequences">
          {consequences(upgrade).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <p className="quiet">
          {asks ? 'Asked for' : 'Approved'} by {session.data?.username}. SHA-256 of plan and values:{' '}
          <code className="hash">{hash}</code>
        </p>
      </ModalBody>
      <ModalFooter>
        <Button
          onClick={() => confirm.mutate(hash, { onSuccess: onClose })}
          isLoading={confirm.isPending}
          isDisabled={confirm.isPending}
        >
          {asks ? 'Ask for approval' : isForValues(upgrade) ? 'Apply values' : 'Start update'}
        </Button>
        <Button variant="link" onClick={onClose} isDisabled={confirm.isPending}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
