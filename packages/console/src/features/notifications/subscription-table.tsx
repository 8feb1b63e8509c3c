import { Alert, DropdownItem, EmptyState, EmptyStateBody } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { Subscription } from '@sealift/core/api';
import { notificationKinds } from '@sealift/core/notification';
import { useState } from 'react';
import { useTestSubscription } from '../../api/notifications.ts';
import { useMay } from '../../api/session.ts';
import { DotsMenu } from '../../components/dots-menu.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';

interface SubscriptionTableProps {
  subscriptions: readonly Subscription[];
  onEdit: (subscription: Subscription) => void;
  onRemove: (subscription: Subscription) => void;
}

/** Everybody who is told, and what the last test came to. */
export function SubscriptionTable({ subscriptions, onEdit, onRemove }: SubscriptionTableProps) {
  const mayChange = useMay('notifications.change');
  const test = useTestSubscription();
  const [tested, setTested] = useState('');
  const send = ({ id, name }: Subscription) => {
    setTested(name);
    test.mutate(id);
  };
  if (subscriptions.length === 0) return <NobodyIsTold />;
  return (
    <>
      <div role="status">
        {test.isPending && <p>Sending a test to {tested} …</p>}
        {test.isSuccess && (
          <Alert isInline variant="success" title={`${tested} took the test`}>
            <pre className="excerpt">{test.data.answer}</pre>
          </Alert>
        )}
      </div>
      {test.isError && <ErrorNotice error={test.error} />}
      <Table variant="compact" aria-label="Subscriptions" gridBreakPoint="grid-md">
        <Thead>
          <Tr>
            <Th>Name</Th>
            <Th>Goes to</Th>
            <Th>Told of</Th>
            <Th>Deliveries</Th>
            <Th screenReaderText="Actions" />
          </Tr>
        </Thead>
        <Tbody>
          {subscriptions.map((one) => (
            <Tr key={one.id}>
              <Td dataLabel="Name" modifier="breakWord">
                {one.name}
              </Td>
              <Td dataLabel="Goes to" modifier="breakWord">
                {one.target.via === 'mail' ? one.target.to.join(', ') : one.target.url}
              </Td>
              <Td dataLabel="Told of">{kindsText(one.kinds)}</Td>
              <Td dataLabel="Deliveries">{countsText(one)}</Td>
              <Td isActionCell>
                {mayChange && (
                  <DotsMenu label={`Actions for ${one.name}`}>
                    <DropdownItem isDisabled={test.isPending} onClick={() => send(one)}>
                      Send a test event
                    </DropdownItem>
                    <DropdownItem onClick={() => onEdit(one)}>Edit</DropdownItem>
                    <DropdownItem onClick={() => onRemove(one)}>Remove</DropdownItem>
                  </DotsMenu>
                )}
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </>
  );
}

function NobodyIsTold() {
  return (
    <EmptyState titleText="Nobody is told yet" headingLevel="h2">
      <EmptyStateBody>
        Choose Add a subscription. A webhook needs an address that a Root has allowed, mail needs a mail server; both
        are set below.
      </EmptyStateBody>
    </EmptyState>
  );
}

function kindsText(kinds: Subscription['kinds']): string {
  if (kinds.length === Object.keys(notificationKinds).length) return 'Everything';
  return kinds.map((kind) => notificationKinds[kind].label).join(', ');
}

function countsText({ waiting, failed }: Subscription): string {
  const parts = [...(waiting > 0 ? [`${waiting} waiting`] : []), ...(failed > 0 ? [`${failed} failed`] : [])];
  return parts.length === 0 ? 'None is left over' : parts.join(', ');
}
