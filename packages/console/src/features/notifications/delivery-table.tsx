import { Button, Card, CardBody, CardTitle, Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { type Delivery, deliveryStates } from '@sealift/core/api';
import { useDeliveries, useRetryDelivery } from '../../api/notifications.ts';
import { useMay } from '../../api/session.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Moment } from '../../components/moment.tsx';
import { QueryView } from '../../components/query-view.tsx';

const tones = { waiting: 'warning', delivered: 'success', failed: 'danger' } as const;

/** What was sent of late, waits or was given up, with what the other side answered. */
export function DeliveryTable() {
  const deliveries = useDeliveries();
  const retry = useRetryDelivery();
  return (
    <Card>
      <CardTitle component="h2">Deliveries</CardTitle>
      <CardBody>
        {retry.isError && <ErrorNotice error={retry.error} />}
        <QueryView query={deliveries} what="the deliveries">
          {(list) =>
            list.deliveries.length === 0 ? (
              <p className="quiet">Nothing was sent yet.</p>
            ) : (
              <Rows deliveries={list.deliveries} onRetry={(id) => retry.mutate(id)} isBusy={retry.isPending} />
            )
          }
        </QueryView>
      </CardBody>
    </Card>
  );
}

interface RowsProps {
  deliveries: readonly Delivery[];
  onRetry: (id: string) => void;
  isBusy: boolean;
}

function Rows({ deliveries, onRetry, isBusy }: RowsProps) {
  const mayChange = useMay('notifications.change');
  return (
    <Table variant="compact" aria-label="Deliveries" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th>What</Th>
          <Th>To</Th>
          <Th>State</Th>
          <Th>Answer</Th>
          <Th screenReaderText="Actions" />
        </Tr>
      </Thead>
      <Tbody>
        {deliveries.map((one) => (
          <Tr key={one.id}>
            <Td dataLabel="What" modifier="breakWord">
              {one.notification.summary} <span className="quiet">at </span>
              <Moment at={one.notification.at} />
            </Td>
            <Td dataLabel="To" modifier="breakWord">
              {one.subscription.name}
              {one.recipient !== null && <span className="quiet"> {one.recipient}</span>}
            </Td>
            <Td dataLabel="State">
              <Label isCompact status={tones[one.state]}>
                {deliveryStates[one.state]}
              </Label>
              <Times delivery={one} />
            </Td>
            <Td dataLabel="Answer" modifier="breakWord">
              {one.answer ?? 'None yet'}
            </Td>
            <Td isActionCell>
              {mayChange && one.state !== 'delivered' && (
                <Button
                  variant="link"
                  isInline
                  isDisabled={isBusy}
                  aria-label={`Send again to ${one.recipient ?? one.subscription.name}`}
                  onClick={() => onRetry(one.id)}
                >
                  Send again
                </Button>
              )}
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

function Times({ delivery: { attempts, nextAt, lastAt } }: { delivery: Delivery }) {
  const time = nextAt ?? lastAt;
  return (
    <div className="quiet">
      {attempts === 1 ? '1 attempt' : `${attempts} attempts`}
      {time !== null && (
        <>
          {nextAt === null ? ', last ' : ', next '}
          <Moment at={time} />
        </>
      )}
    </div>
  );
}
