import { Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { type AccountView, roleTexts, type Session } from '@sealift/core/api';
import { Moment } from '../../components/moment.tsx';
import { type AccountAction, AccountActions } from './account-actions.tsx';

interface AccountTableProps {
  accounts: readonly AccountView[];
  session: Session;
  onChosen: (account: AccountView, action: AccountAction) => void;
}

/** Every account with its role and standing. */
export function AccountTable({ accounts, session, onChosen }: AccountTableProps) {
  return (
    <Table variant="compact" aria-label="Accounts" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th modifier="nowrap">User name</Th>
          <Th>Role</Th>
          <Th>Standing</Th>
          <Th modifier="nowrap">Last signed in</Th>
          <Th>Sessions</Th>
          <Th screenReaderText="Actions" />
        </Tr>
      </Thead>
      <Tbody>
        {accounts.map((account) => (
          <Tr key={account.id}>
            <Td dataLabel="User name" modifier="breakWord">
              {account.username}
            </Td>
            <Td dataLabel="Role">{roleTexts[account.role].label}</Td>
            <Td dataLabel="Standing">
              <Standing account={account} />
            </Td>
            <Td dataLabel="Last signed in">
              {account.lastSignInAt === null ? 'Never' : <Moment at={account.lastSignInAt} />}
            </Td>
            <Td dataLabel="Sessions">{account.sessions}</Td>
            <Td isActionCell>
              <AccountActions account={account} session={session} onChosen={(action) => onChosen(account, action)} />
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

function Standing({ account: { disabledAt, hasPassword, signsInBy, linkExpiresAt } }: { account: AccountView }) {
  if (disabledAt !== null) {
    return (
      <Label isCompact status="warning" variant="outline">
        Disabled
      </Label>
    );
  }
  if (signsInBy === 'single-sign-on') return <>Single sign-on</>;
  if (hasPassword) return <>Active</>;
  if (linkExpiresAt === null) return <>Without a password; its link has expired</>;
  return (
    <>
      Its link waits until <Moment at={linkExpiresAt} />
    </>
  );
}
