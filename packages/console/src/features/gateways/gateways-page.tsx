import type { GatewayList } from '@sealift/core/api';
import type { Paused } from '@sealift/core/gateway';
import { Button, EmptyState, EmptyStateBody, Flex, PageSection } from '@patternfly/react-core';
import { useState } from 'react';
import { useGateways } from '../../api/gateways.ts';
import { useMay } from '../../api/session.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { GatewayTable } from './gateway-table.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { InviteList } from './invite-list.tsx';
import { PauseDialog } from './pause-dialog.tsx';
import { PauseList } from './pause-list.tsx';
import { RemoveGatewayDialog } from './remove-gateway-dialog.tsx';
import { RolloutNotice } from './rollout-notice.tsx';

/** What is asked about in a dialog. */
type Open = { readonly invite: true } | { readonly pause: Paused } | { readonly remove: string };

/** The private cloud gateways: how each stands, and what holds it. */
export function GatewaysPage() {
  const gateways = useGateways();
  const mayChange = useMay('gateways.change');
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  return (
    <PageSection>
      <PageHeading
        actions={
          mayChange && (
            <Flex flexWrap={{ default: 'nowrap' }}>
              <Button onClick={() => setOpen({ invite: true })}>Invite a gateway</Button>
              <Button variant="secondary" onClick={() => setOpen({ pause: { level: 'global' } })}>
                Pause all
              </Button>
            </Flex>
          )
        }
      >
        Gateways upgrade themselves to what the installed release brings, and before each major or minor upgrade of the
        platform: a few first, and the others once those run it.
      </PageHeading>
      <QueryView query={gateways} what="the gateways">
        {(list) => (
          <>
            <Content list={list} onPause={(pause) => setOpen({ pause })} onRemove={(remove) => setOpen({ remove })} />
            {gateways.hasNextPage && (
              <Button
                variant="secondary"
                isLoading={gateways.isFetchingNextPage}
                isDisabled={gateways.isFetchingNextPage}
                onClick={() => void gateways.fetchNextPage()}
              >
                Show more gateways
              </Button>
            )}
          </>
        )}
      </QueryView>
      {open !== null && 'invite' in open && <InviteDialog onClose={close} />}
      {open !== null && 'pause' in open && <PauseDialog paused={open.pause} onClose={close} />}
      {open !== null && 'remove' in open && <RemoveGatewayDialog name={open.remove} onClose={close} />}
    </PageSection>
  );
}

interface ContentProps {
  list: GatewayList;
  onPause: (paused: Paused) => void;
  onRemove: (name: string) => void;
}

function Content({ list: { gateways, invites, pauses, rollout }, onPause, onRemove }: ContentProps) {
  return (
    <>
      {rollout !== null && gateways.length > 0 && <RolloutNotice rollout={rollout} />}
      {pauses.length > 0 && <PauseList pauses={pauses} />}
      {gateways.length === 0 ? (
        <NoGateways />
      ) : (
        <GatewayTable gateways={gateways} onPause={onPause} onRemove={onRemove} />
      )}
      {invites.length > 0 && <InviteList invites={invites} />}
    </>
  );
}

function NoGateways() {
  return (
    <EmptyState titleText="No gateway is registered" headingLevel="h2">
      <EmptyStateBody>
        Choose Invite a gateway, and run <code>sealift gateway register</code> with the token on its machine.
      </EmptyStateBody>
    </EmptyState>
  );
}
