import { Button, Title } from '@patternfly/react-core';
import type { GatewayList } from '@sealift/core/api';
import { useWithdrawInvite } from '../../api/gateways.ts';
import { useMay } from '../../api/session.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Moment } from '../../components/moment.tsx';

/** Gateways that may still register. */
export function InviteList({ invites }: { invites: GatewayList['invites'] }) {
  const withdraw = useWithdrawInvite();
  const mayChange = useMay('gateways.change');
  return (
    <>
      <Title headingLevel="h2" size="lg">
        Invited, not registered
      </Title>
      {withdraw.isError && <ErrorNotice error={withdraw.error} />}
      <ul>
        {invites.map(({ name, site, expiresAt, madeBy }) => (
          <li key={name}>
            {name} at {site}, by {madeBy}, until <Moment at={expiresAt} />{' '}
            {mayChange && (
              <Button variant="link" isInline isDisabled={withdraw.isPending} onClick={() => withdraw.mutate(name)}>
                Withdraw {name}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
