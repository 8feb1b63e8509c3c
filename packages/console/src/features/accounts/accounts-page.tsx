import { PageSection } from '@patternfly/react-core';
import type { AccountView, Session } from '@sealift/core/api';
import { useState } from 'react';
import { useAccounts, useChangeAccount, useRemoveAccount } from '../../api/accounts.ts';
import { useSession } from '../../api/session.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import type { AccountAction } from './account-actions.tsx';
import { AccountTable } from './account-table.tsx';
import { CreateAccountDialog } from './create-account-dialog.tsx';
import { ResetDialog } from './reset-dialog.tsx';
import { RoleDialog } from './role-dialog.tsx';
import { SecondPersonCard } from './second-person-card.tsx';
import { SessionsDialog } from './sessions-dialog.tsx';

interface Chosen {
  account: AccountView;
  action: AccountAction;
}

/** Who may sign in, and what each may. */
export function AccountsPage() {
  const accounts = useAccounts();
  const { data: session } = useSession();
  const [creating, setCreating] = useState(false);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const change = useChangeAccount();
  if (session === undefined || session === null) return null;
  const choose = (account: AccountView, action: AccountAction) => {
    change.reset();
    if (action === 'enable') change.mutate({ account, change: { role: account.role, disabled: false } });
    else setChosen({ account, action });
  };
  return (
    <PageSection>
      <PageHeading
        actions={
          <LockedButton needs="accounts.change" onClick={() => setCreating(true)}>
            Create an account
          </LockedButton>
        }
      >
        Who may sign in to this console, and what each may. An account is made without a password: its owner chooses one
        with a link that works once.
      </PageHeading>
      {change.isError && <ErrorNotice error={change.error} />}
      <QueryView query={accounts} what="the accounts">
        {(list) => <AccountTable accounts={list.accounts} session={session} onChosen={choose} />}
      </QueryView>
      <SecondPersonCard />
      {creating && <CreateAccountDialog own={session.role} onClose={() => setCreating(false)} />}
      {chosen !== null && <ChosenDialog chosen={chosen} session={session} onClose={() => setChosen(null)} />}
    </PageSection>
  );
}

function ChosenDialog({ chosen, session, onClose }: { chosen: Chosen; session: Session; onClose: () => void }) {
  const { account, action } = chosen;
  if (action === 'role') return <RoleDialog account={account} own={session.role} onClose={onClose} />;
  if (action === 'reset') return <ResetDialog account={account} onClose={onClose} />;
  if (action === 'sessions') return <SessionsDialog account={account} onClose={onClose} />;
  if (action === 'disable') return <DisableDialog account={account} onClose={onClose} />;
  return <RemoveDialog account={account} onClose={onClose} />;
}

function DisableDialog({ account, onClose }: { account: AccountView; onClose: () => void }) {
  const change = useChangeAccount();
  return (
    <ConfirmDialog
      title={`Disable ${account.username}?`}
      action="Disable"
      error={change.error}
      isPending={change.isPending}
      onConfirm={() =>
        change.mutate({ account, change: { role: account.role, disabled: true } }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      Every session of the account ends now, and its API tokens rest until it is enabled again.
    </ConfirmDialog>
  );
}

function RemoveDialog({ account, onClose }: { account: AccountView; onClose: () => void }) {
  const remove = useRemoveAccount();
  return (
    <ConfirmDialog
      title={`Remove ${account.username}?`}
      action="Remove"
      error={remove.error}
      isPending={remove.isPending}
      onConfirm={() => remove.mutate(account, { onSuccess: onClose })}
      onClose={onClose}
    >
      Its sessions and API tokens go with it. What it did stays in the audit log.
    </ConfirmDialog>
  );
}
