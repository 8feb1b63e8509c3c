import { EmptyState, EmptyStateBody, PageSection, Switch } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { type ApiToken, roleTexts } from '@sealift/core/api';
import { useState } from 'react';
import { useMay, useSession } from '../../api/session.ts';
import { useRemoveToken, useTokens } from '../../api/tokens.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { Moment } from '../../components/moment.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { CreateTokenDialog } from './create-token-dialog.tsx';

/** How programs speak for an account. */
export function ApiTokensPage() {
  const [everybody, setEverybody] = useState(false);
  const [creating, setCreating] = useState(false);
  const tokens = useTokens(everybody ? 'everybody' : 'me');
  const maySeeAll = useMay('api-tokens.all');
  const { data: session } = useSession();
  if (session === undefined || session === null) return null;
  return (
    <PageSection>
      <PageHeading actions={<LockedButton onClick={() => setCreating(true)}>Create an API token</LockedButton>}>
        Programs speak for you with a token: the command line, pipelines, clients of the registry. A token may what its
        role may, as long as yours allows as much.
      </PageHeading>
      {maySeeAll && (
        <Switch
          id="everybody"
          label="Those of everybody"
          isChecked={everybody}
          onChange={(_event, checked) => setEverybody(checked)}
        />
      )}
      <QueryView query={tokens} what="the API tokens">
        {(list) => (list.tokens.length === 0 ? <NoTokens /> : <TokenTable tokens={list.tokens} />)}
      </QueryView>
      {creating && <CreateTokenDialog own={session.role} onClose={() => setCreating(false)} />}
    </PageSection>
  );
}

function NoTokens() {
  return (
    <EmptyState titleText="There is no API token" headingLevel="h2">
      <EmptyStateBody>
        Create one here, or let <code>sealift login --username</code> make one for the machine it is run on.
      </EmptyStateBody>
    </EmptyState>
  );
}

function TokenTable({ tokens }: { tokens: readonly ApiToken[] }) {
  const [removing, setRemoving] = useState<ApiToken | null>(null);
  const [opened] = useState(() => Date.now());
  return (
    <>
      <Table variant="compact" aria-label="API tokens" gridBreakPoint="grid-md">
        <Thead>
          <Tr>
            <Th>Name</Th>
            <Th>Owner</Th>
            <Th>Role</Th>
            <Th>Ends</Th>
            <Th modifier="nowrap">Last used</Th>
            <Th screenReaderText="Actions" />
          </Tr>
        </Thead>
        <Tbody>
          {tokens.map((token) => (
            <Tr key={token.id}>
              <Td dataLabel="Name" modifier="breakWord">
                {token.name}
              </Td>
              <Td dataLabel="Owner">{token.owner}</Td>
              <Td dataLabel="Role">{roleTexts[token.role].label}</Td>
              <Td dataLabel="Ends">
                {Date.parse(token.expiresAt) <= opened && 'Expired '}
                <Moment at={token.expiresAt} />
              </Td>
              <Td dataLabel="Last used">
                <LastUse token={token} />
              </Td>
              <Td isActionCell>
                <LockedButton
                  variant="link"
                  isInline
                  isDanger
                  aria-label={`Revoke ${token.name}`}
                  onClick={() => setRemoving(token)}
                >
                  Revoke
                </LockedButton>
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
      {removing !== null && <RevokeDialog token={removing} onClose={() => setRemoving(null)} />}
    </>
  );
}

function LastUse({ token: { lastUsedAt, lastUsedFrom } }: { token: ApiToken }) {
  if (lastUsedAt === null) return <>Never</>;
  return (
    <>
      <Moment at={lastUsedAt} /> <span className="quiet">from {lastUsedFrom}</span>
    </>
  );
}

function RevokeDialog({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const remove = useRemoveToken();
  return (
    <ConfirmDialog
      title={`Revoke ${token.name}?`}
      action="Revoke"
      error={remove.error}
      isPending={remove.isPending}
      onConfirm={() => remove.mutate(token.id, { onSuccess: onClose })}
      onClose={onClose}
    >
      It stops working at once, and so does every token that was made with it. Programs that use it need another one.
    </ConfirmDialog>
  );
}
