import { DropdownItem } from '@patternfly/react-core';
import { type AccountView, isAllowed, type Session } from '@sealift/core/api';
import { useLock } from '../../api/platform.ts';
import { DotsMenu } from '../../components/dots-menu.tsx';

/** What can be done with an account. */
export type AccountAction = 'role' | 'reset' | 'sessions' | 'disable' | 'enable' | 'remove';

interface AccountActionsProps {
  account: AccountView;
  session: Session;
  onChosen: (action: AccountAction) => void;
}

/** An account's three-dot menu; what cannot be done says why. */
export function AccountActions({ account, session, onChosen }: AccountActionsProps) {
  const lock = useLock() ?? undefined;
  const { username, role, signsInBy, disabledAt } = account;
  const elsewhere = signsInBy === 'single-sign-on' ? 'It is kept at the provider of single sign-on' : undefined;
  const own = username === session.username ? 'Nobody does this with their own account' : undefined;
  const beyond = role === 'root' && session.role !== 'root' ? 'Only a Root changes a Root' : undefined;
  const mayNot = isAllowed(session.role, 'accounts.change') ? beyond : 'Your role does not allow this';
  const label = `Actions for ${username}`;
  const item = (action: AccountAction, words: string, reason: string | undefined) => (
    <DropdownItem
      key={action}
      onClick={() => onChosen(action)}
      isAriaDisabled={reason !== undefined}
      isDanger={action === 'remove' || action === 'disable'}
      {...(reason === undefined ? {} : { tooltipProps: { content: reason } })}
    >
      {words}
    </DropdownItem>
  );
  return (
    <DotsMenu label={label}>
      {item('role', 'Change role', mayNot ?? own ?? elsewhere ?? lock)}
      {item('reset', 'New password', mayNot ?? elsewhere ?? lock)}
      {item('sessions', 'Sessions', mayNot)}
      {disabledAt === null
        ? item('disable', 'Disable', mayNot ?? own ?? lock)
        : item('enable', 'Enable', mayNot ?? own ?? lock)}
      {item('remove', 'Remove', mayNot ?? own ?? lock)}
    </DotsMenu>
  );
}
