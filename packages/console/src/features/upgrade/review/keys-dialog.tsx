import { Button, Checkbox, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { reviewKeys } from './review-keys.ts';

interface KeysDialogProps {
  isOn: boolean;
  onSwitch: (on: boolean) => void;
  onClose: () => void;
}

/** The keys of the change review, and the switch that turns them off. */
export function KeysDialog({ isOn, onSwitch, onClose }: KeysDialogProps) {
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="keys-title">
      <ModalHeader title="Keys of the change review" labelId="keys-title" />
      <ModalBody>
        <dl className="keys">
          {reviewKeys.map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <p className="quiet">In the list the arrow keys, Home, End and Enter do what they do in any tree.</p>
        <Checkbox
          id="review-keys"
          label="Use these keys"
          description="Off, only ? is left. They never act where you write."
          isChecked={isOn}
          onChange={(_event, on) => onSwitch(on)}
        />
      </ModalBody>
      <ModalFooter>
        <Button onClick={onClose}>Close</Button>
      </ModalFooter>
    </Modal>
  );
}
