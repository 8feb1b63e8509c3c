import { Label, PageSection, Title } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { ClusterLayer } from '@sealift/core/api';
import { everyMs, useLayers, useNodes } from '../../api/cluster.ts';
import { Moment } from '../../components/moment.tsx';
import { NodeTable } from '../../components/node-table.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { UnknownSince } from '../../components/unknown-since.tsx';

/** What the enterprise cluster runs, as it says itself. */
export function ClusterOverviewPage() {
  const layers = useLayers();
  const nodes = useNodes();
  return (
    <PageSection>
      <PageHeading>What the enterprise cluster runs now, as the cluster itself says.</PageHeading>
      <Title headingLevel="h2" size="lg">
        Layers
      </Title>
      <QueryView query={layers} what="the layers">
        {({ layers: shown, askedAt }) => (
          <>
            <UnknownSince what="the layers that run" query={layers} everyMs={everyMs.layers} trueAt={askedAt} />
            <LayerTable layers={shown} />
          </>
        )}
      </QueryView>
      <Title headingLevel="h2" size="lg">
        Nodes
      </Title>
      <QueryView query={nodes} what="the nodes">
        {({ nodes: shown, askedAt }) => (
          <>
            <UnknownSince what="the nodes and what they run" query={nodes} everyMs={everyMs.nodes} trueAt={askedAt} />
            <NodeTable nodes={shown} />
          </>
        )}
      </QueryView>
    </PageSection>
  );
}

function LayerTable({ layers }: { layers: readonly ClusterLayer[] }) {
  if (layers.length === 0) return <p>The cluster runs no layer that a console has applied.</p>;
  return (
    <Table variant="compact" aria-label="Layers" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th>Layer</Th>
          <Th>Pack</Th>
          <Th>Runs</Th>
          <Th>Recorded</Th>
          <Th>State</Th>
        </Tr>
      </Thead>
      <Tbody>
        {layers.map((one) => (
          <Tr key={`${one.layer}/${one.pack}`}>
            <Td dataLabel="Layer">{one.layer}</Td>
            <Td dataLabel="Pack">{one.pack}</Td>
            <Td dataLabel="Runs">{one.version ?? 'not there'}</Td>
            <Td dataLabel="Recorded">{one.recorded ?? 'not recorded'}</Td>
            <Td dataLabel="State">
              <LayerState layer={one} />
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

function LayerState({ layer: { version, recorded, wait } }: { layer: ClusterLayer }) {
  const asRecorded = version !== null && version === recorded;
  if (wait === null && asRecorded) return <State word="Healthy" status="success" />;
  if (wait === null) return <State word={version === null ? 'Missing' : 'Another than recorded'} status="warning" />;
  return (
    <>
      <State word={wait.level === 'failed' ? 'Failed' : 'Not ready'} status="warning" /> {wait.what}
      {wait.since !== null && (
        <span className="quiet">
          {' '}
          since <Moment at={wait.since} />
        </span>
      )}
      {wait.remedy !== null && <p className="quiet">What to do: {wait.remedy}</p>}
    </>
  );
}

function State({ word, status }: { word: string; status: 'success' | 'warning' }) {
  return (
    <Label isCompact variant="outline" status={status}>
      {word}
    </Label>
  );
}
