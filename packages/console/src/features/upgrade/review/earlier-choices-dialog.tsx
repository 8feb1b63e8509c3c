import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { offerText } from './earlier-choice.tsx';
import type { ReviewRow } from './review-rows.ts';

interface EarlierChoicesDialogProps {
  /** Open rows that an earlier upgrade has an answer to. */
  rows: readonly ReviewRow[];
  onUse: () => void;
  onClose: () => void;
}

/** Says which earlier answer each row gets, and takes them all. */
export function EarlierChoicesDialog({ rows, onUse, onClose }: EarlierChoicesDialogProps) {
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="earlier-title">
      <ModalHeader title={`Use ${rows.length} earlier choices?`} labelId="earlier-title" />
      <ModalBody>
        <ul className="earlier-choices">
          {rows.map((row) => (
            <li key={row.key}>
              <code>{row.path}</code> <span className="quiet">{row.layer.displayName}</span>
              <br />
              {row.offer !== undefined && (
                <>
                  <code>{offerText(row.offer, row)}</code> <span className="quiet">{row.offer.reason}</span>
                </>
              )}
            </li>
          ))}
        </ul>
      </ModalBody>
      <ModalFooter>
        <Button onClick={onUse}>Use them all</Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
