import { Alert, AlertActionLink } from '@patternfly/react-core';
import { type Pause, pausedText } from '@sealift/core/gateway';
import { useResume } from '../../api/gateways.ts';
import { useMay } from '../../api/session.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Moment } from '../../components/moment.tsx';

/** Everything that is paused, at whichever level, with the way to end it. */
export function PauseList({ pauses }: { pauses: readonly Pause[] }) {
  const resume = useResume();
  const mayChange = useMay('gateways.change');
  return (
    <>
      {resume.isError && <ErrorNotice error={resume.error} />}
      {pauses.map(({ paused, by, at, reason }) => (
        <Alert
          key={JSON.stringify(paused)}
          variant="warning"
          isInline
          title={`Upgrades are paused for ${pausedText(paused)}`}
          actionLinks={
            mayChange && (
              <AlertActionLink onClick={() => resume.mutate(paused)} isDisabled={resume.isPending}>
                Resume {pausedText(paused)}
              </AlertActionLink>
            )
          }
        >
          By {by}, since <Moment at={at} />
          {reason === '' ? '' : `: ${reason}`}
        </Alert>
      ))}
    </>
  );
}
