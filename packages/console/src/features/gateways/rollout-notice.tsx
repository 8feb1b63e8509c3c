import { Alert, AlertActionLink } from '@patternfly/react-core';
import type { GatewayList } from '@sealift/core/api';
import { useRetryGateways } from '../../api/gateways.ts';
import { useMay } from '../../api/session.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

/** How far the version is that gateways are to run; where it was halted, why and what to do. */
export function RolloutNotice({ rollout }: { rollout: NonNullable<GatewayList['rollout']> }) {
  const { version, release, proven, total, trying, failed } = rollout;
  const retry = useRetryGateways();
  const mayChange = useMay('gateways.change');
  if (failed.length === 0) {
    return (
      <p>
        Gateways are to run {version} of release {release}: {proven} run it, {total} may upgrade themselves
        {trying.length === 0 ? '' : `; on their way: ${trying.slice(0, 10).join(', ')}`}.
      </p>
    );
  }
  return (
    <>
      {retry.isError && <ErrorNotice error={retry.error} />}
      <Alert
        variant="danger"
        isInline
        title={`${version} is halted: ${failed.join(', ')} went back from it`}
        actionLinks={
          mayChange && (
            <AlertActionLink onClick={() => retry.mutate()} isDisabled={retry.isPending}>
              Try it again
            </AlertActionLink>
          )
        }
      >
        No other gateway is let go to it. Read the log below <code>failed/</code> in the data folder of the gateway,
        mend what it names, and try again; or wait for a release with a newer one.
      </Alert>
    </>
  );
}
