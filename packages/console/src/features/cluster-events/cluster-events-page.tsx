import { EmptyState, EmptyStateBody, Label, PageSection, Switch } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { ClusterEvent, ClusterEvents } from '@sealift/core/cluster';
import { useState } from 'react';
import { useClusterEvents } from '../../api/cluster.ts';
import { Moment } from '../../components/moment.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';

/** The latest events of the cluster. */
export function ClusterEventsPage() {
  const events = useClusterEvents();
  return (
    <PageSection>
      <PageHeading>
        What the enterprise cluster and the Cluster API of its machines have reported of late. Warnings come first, of
        each the newest first.
      </PageHeading>
      <QueryView query={events} what="the events">
        {(data) => <Events {...data} />}
      </QueryView>
    </PageSection>
  );
}

function Events({ events, more, note }: ClusterEvents) {
  const [warningsOnly, setWarningsOnly] = useState(false);
  if (events.length === 0) {
    return (
      <EmptyState titleText="No events" headingLevel="h2">
        <EmptyStateBody>{note}</EmptyStateBody>
      </EmptyState>
    );
  }
  const shown = warningsOnly ? events.filter(({ type }) => type === 'Warning') : events;
  return (
    <>
      <Switch
        id="warnings-only"
        label="Warnings only"
        isChecked={warningsOnly}
        onChange={(_event, checked) => setWarningsOnly(checked)}
      />
      <p className="quiet" role="status">
        {shown.length} {more ? `shown; the cluster keeps more than these` : 'shown'}
      </p>
      <EventTable events={shown} />
    </>
  );
}

function EventTable({ events }: { events: readonly ClusterEvent[] }) {
  return (
    <Table variant="compact" aria-label="Events" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th>Last seen</Th>
          <Th>Type</Th>
          <Th>Reason</Th>
          <Th>Object</Th>
          <Th>Message</Th>
          <Th>Times</Th>
        </Tr>
      </Thead>
      <Tbody>
        {events.map(({ type, reason, message, object, reporter, count, lastAt }, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- events have no name here, and the same one may be there twice
          <Tr key={index}>
            <Td dataLabel="Last seen">{lastAt === null ? '' : <Moment at={lastAt} />}</Td>
            <Td dataLabel="Type">
              <Label isCompact variant="outline" {...(type === 'Warning' ? { status: 'warning' as const } : {})}>
                {type}
              </Label>
            </Td>
            <Td dataLabel="Reason">{reason}</Td>
            <Td dataLabel="Object" modifier="breakWord">
              {object.kind} {object.namespace === null ? '' : `${object.namespace}/`}
              {object.name}
            </Td>
            <Td dataLabel="Message" modifier="breakWord">
              {message} <span className="quiet">{reporter}</span>
            </Td>
            <Td dataLabel="Times">{count}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
