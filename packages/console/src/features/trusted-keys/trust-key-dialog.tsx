import {
  Button,
  Form,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  TextArea,
} from '@patternfly/react-core';
import { type FormEvent, useState } from 'react';
import { useTrustKey } from '../../api/registries.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

/** Asks for the text of a public key file. */
export function TrustKeyDialog({ onClose }: { onClose: () => void }) {
  const trust = useTrustKey();
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    trust.mutate(text, { onSuccess: onClose });
  };
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="trust-title" elementToFocus="#public-key">
      <ModalHeader title="Trust a key" labelId="trust-title" />
      <ModalBody>
        <Form id="trust-form" onSubmit={submit}>
          {trust.isError && <ErrorNotice error={trust.error} />}
          <FormGroup label="Public key" isRequired fieldId="public-key">
            <TextArea
              id="public-key"
              value={text}
              onChange={(_event, value) => setText(value)}
              rows={4}
              resizeOrientation="vertical"
              aria-describedby="public-key-help"
              className="mono"
            />
            <FormHelperText id="public-key-help">
              <HelperText>
                <HelperTextItem>
                  The whole text of the vendor’s <code>.pub</code> file: a comment line and the key.
                </HelperTextItem>
              </HelperText>
            </FormHelperText>
          </FormGroup>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form="trust-form"
          isDisabled={text.trim() === '' || trust.isPending}
          isLoading={trust.isPending}
        >
          Trust this key
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
