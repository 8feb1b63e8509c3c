import { Button, ClipboardCopy, Form, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { type FormEvent, useState } from 'react';
import { useInvite } from '../../api/gateways.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Moment } from '../../components/moment.tsx';
import { TextField } from '../../components/text-field.tsx';

/** Asks which gateway, and shows its token, once. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const invite = useInvite();
  const [name, setName] = useState('');
  const [site, setSite] = useState('main');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '') invite.mutate({ name: name.trim(), site: site.trim() });
  };
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="invite-title">
      <ModalHeader title="Invite a gateway" labelId="invite-title" />
      <ModalBody>
        {invite.isSuccess ? (
          <>
            <p>
              The token for {invite.data.name}. It is shown this once, and good for one registration until{' '}
              <Moment at={invite.data.expiresAt} />.
            </p>
            <ClipboardCopy isReadOnly textAriaLabel="Token">
              {invite.data.token}
            </ClipboardCopy>
            <p>On the gateway’s machine, which asks for the token:</p>
            <ClipboardCopy isReadOnly textAriaLabel="Command">
              {`sealift gateway register ${window.location.origin}`}
            </ClipboardCopy>
          </>
        ) : (
          <Form id="invite-form" onSubmit={submit} noValidate>
            {invite.isError && <ErrorNotice error={invite.error} />}
            <TextField
              label="Name"
              value={name}
              onChange={setName}
              autoComplete="off"
              autoFocus
              help="Lower-case letters, digits, dots and hyphens. A gateway of this name gets another identity."
            />
            <TextField
              label="Site"
              value={site}
              onChange={setSite}
              autoComplete="off"
              help="The place it stands at: upgrades can be paused for all gateways of a site."
            />
          </Form>
        )}
      </ModalBody>
      <ModalFooter>
        {!invite.isSuccess && (
          <Button
            type="submit"
            form="invite-form"
            isDisabled={name.trim() === '' || invite.isPending}
            isLoading={invite.isPending}
          >
            Make a token
          </Button>
        )}
        <Button variant="link" onClick={onClose}>
          {invite.isSuccess ? 'Close' : 'Cancel'}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
