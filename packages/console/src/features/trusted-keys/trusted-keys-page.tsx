import { EmptyState, EmptyStateBody, PageSection } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { useTrustedKeys } from '../../api/registries.ts';
import { Moment } from '../../components/moment.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RevokeKeyDialog } from './revoke-key-dialog.tsx';
import { TrustKeyDialog } from './trust-key-dialog.tsx';

/** The vendors' keys whose signatures are accepted. */
export function TrustedKeysPage() {
  const keys = useTrustedKeys();
  const [adding, setAdding] = useState(false);
  return (
    <PageSection>
      <PageHeading
        title="Trusted Keys"
        actions={
          <LockedButton needs="trusted-keys.add" onClick={() => setAdding(true)}>
            Trust a key
          </LockedButton>
        }
      >
        Only releases and packs signed by one of these keys are accepted. Get a vendor’s key on a way of its own, and
        compare the fingerprint.
      </PageHeading>
      <QueryView query={keys} what="the trusted keys">
        {(data) => (data.keys.length === 0 ? <NoKeys /> : <KeyTable keys={data.keys} />)}
      </QueryView>
      {adding && <TrustKeyDialog onClose={() => setAdding(false)} />}
    </PageSection>
  );
}

function NoKeys() {
  return (
    <EmptyState titleText="No key is trusted yet" headingLevel="h2">
      <EmptyStateBody>
        Until one is, no release is accepted. Choose Trust a key and paste the text of the vendor’s public key file (
        <code>vendor.pub</code>), or run <code>sealift keys trust vendor.pub --console</code>.
      </EmptyStateBody>
    </EmptyState>
  );
}

interface KeyTableProps {
  keys: readonly { keyId: string; fingerprint: string; addedAt: string }[];
}

function KeyTable({ keys }: KeyTableProps) {
  const [revoking, setRevoking] = useState<KeyTableProps['keys'][number] | null>(null);
  return (
    <>
      <Table variant="compact" aria-label="Trusted keys" gridBreakPoint="grid-md">
        <Thead>
          <Tr>
            <Th>Key ID</Th>
            <Th>Fingerprint</Th>
            <Th>Trusted since</Th>
            <Th screenReaderText="Actions" />
          </Tr>
        </Thead>
        <Tbody>
          {keys.map((key) => (
            <Tr key={key.fingerprint}>
              <Td dataLabel="Key ID">
                <code>{key.keyId}</code>
              </Td>
              <Td dataLabel="Fingerprint" modifier="breakWord">
                <code>{key.fingerprint}</code>
              </Td>
              <Td dataLabel="Trusted since">
                <Moment at={key.addedAt} />
              </Td>
              <Td isActionCell>
                <LockedButton
                  needs="trusted-keys.revoke"
                  variant="link"
                  isInline
                  isDanger
                  aria-label={`Revoke ${key.keyId}`}
                  onClick={() => setRevoking(key)}
                >
                  Revoke
                </LockedButton>
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
      {revoking !== null && <RevokeKeyDialog trustedKey={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}
