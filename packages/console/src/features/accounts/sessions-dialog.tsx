import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { AccountView } from '@sealift/core/api';
import { useEndSessionsOf, useSessionsOf } from '../../api/accounts.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SessionTable } from '../../components/session-table.tsx';

/** Where an account is signed in, and the end of it. */
export function SessionsDialog({ account, onClose }: { account: AccountView; onClose: () => void }) {
  const sessions = useSessionsOf(account.id);
  const end = useEndSessionsOf(account.id);
  return (
    <Modal isOpen variant="large" onClose={onClose} aria-labelledby="sessions-title">
      <ModalHeader title={`Sessions of ${account.username}`} labelId="sessions-title" />
      <ModalBody>
        {end.isError && <ErrorNotice error={end.error} />}
        <QueryView query={sessions} what="the sessions">
          {(list) => <SessionTable sessions={list.sessions} isPending={end.isPending} onEnd={(id) => end.mutate(id)} />}
        </QueryView>
      </ModalBody>
      <ModalFooter>
        <Button variant="danger" onClick={() => end.mutate(null)} isLoading={end.isPending} isDisabled={end.isPending}>
          End all
        </Button>
        <Button variant="link" onClick={onClose}>
          Close
        </Button>
      </ModalFooter>
    </Modal>
  );
}
