import { PageSection, Stack, StackItem } from '@patternfly/react-core';
import type { Subscription } from '@sealift/core/api';
import { useState } from 'react';
import { useNotifications } from '../../api/notifications.ts';
import { LockedButton } from '../../components/locked-button.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { DeliveryTable } from './delivery-table.tsx';
import { MailServerCard } from './mail-server-card.tsx';
import { PolicyCard } from './policy-card.tsx';
import { RemoveSubscriptionDialog } from './remove-subscription-dialog.tsx';
import { SubscriptionDialog } from './subscription-dialog.tsx';
import { SubscriptionTable } from './subscription-table.tsx';

/** What is asked about in a dialog. */
type Open = { readonly edit: Subscription | undefined } | { readonly remove: Subscription };

/** Who is told of what: by webhooks and mail. */
export function NotificationsPage() {
  const notifications = useNotifications();
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  return (
    <PageSection>
      <PageHeading
        actions={
          <LockedButton needs="notifications.change" onClick={() => setOpen({ edit: undefined })}>
            Add a subscription
          </LockedButton>
        }
      >
        Programs and people are told what happens: a program by a signed request, a person by mail. What does not arrive
        is sent again for a day. Nothing that happens waits for it.
      </PageHeading>
      <QueryView query={notifications} what="who is told of what">
        {({ subscriptions, mailServer, policy }) => (
          <Stack hasGutter>
            <StackItem>
              <SubscriptionTable
                subscriptions={subscriptions}
                onEdit={(edit) => setOpen({ edit })}
                onRemove={(remove) => setOpen({ remove })}
              />
            </StackItem>
            <StackItem>
              <DeliveryTable />
            </StackItem>
            <StackItem>
              <MailServerCard server={mailServer} />
            </StackItem>
            <StackItem>
              <PolicyCard policy={policy} />
            </StackItem>
          </Stack>
        )}
      </QueryView>
      {open !== null && 'edit' in open && <SubscriptionDialog subscription={open.edit} onClose={close} />}
      {open !== null && 'remove' in open && <RemoveSubscriptionDialog subscription={open.remove} onClose={close} />}
    </PageSection>
  );
}
