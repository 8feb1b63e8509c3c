import { Spinner } from '@patternfly/react-core';
import type { Upgrade } from '@sealift/core/api';
import { legText, rehearsalLegs, type RehearsalLeg } from '@sealift/core/rehearsal';
import { useRehearse } from '../../../api/upgrades.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LockedButton } from '../../../components/locked-button.tsx';
import { Moment } from '../../../components/moment.tsx';

/** Of the preflight, whose words say what a rehearsal found, or what it lacks. */
const checkName = 'rehearsal';

/** The rehearsal of an upgrade's minors of Kubernetes, with the way to do it; nothing where none is crossed, or the cluster is a simulated one. */
export function RehearsalView({ upgrade }: { upgrade: Upgrade }) {
  const { plan, rehearsal, preflight } = upgrade;
  const legs = plan === null ? [] : rehearsalLegs(plan);
  const check = preflight.find(({ name }) => name === checkName);
  if (legs.length === 0 || (check === undefined && rehearsal === null)) return null;
  return <Rehearsal upgrade={upgrade} legs={legs} lacksPrograms={check?.outcome === 'warn' && rehearsal === null} />;
}

function Rehearsal({
  upgrade: { id, rehearsal },
  legs,
  lacksPrograms,
}: {
  upgrade: Upgrade;
  legs: readonly RehearsalLeg[];
  lacksPrograms: boolean;
}) {
  const rehearse = useRehearse(id);
  const isRunning = rehearsal?.state === 'running';
  const reason = isRunning ? 'It is being rehearsed' : 'The programs for it are missing; the check below says which';
  return (
    <section aria-label="Rehearsal">
      {rehearse.isError && <ErrorNotice error={rehearse.error} />}
      <div>
        <LockedButton
          needs="upgrades.prepare"
          variant="secondary"
          size="sm"
          isLoading={rehearse.isPending}
          disabledBecause={isRunning || lacksPrograms ? reason : undefined}
          onClick={() => rehearse.mutate()}
        >
          Rehearse
        </LockedButton>{' '}
        on a copy of the cluster, without touching it: Kubernetes {legs.map(legText).join('; ')}.
      </div>
      <div role="status">
        {isRunning && (
          <>
            <Spinner size="sm" aria-label="Being rehearsed" /> Since <Moment at={rehearsal.startedAt} />, asked by{' '}
            {rehearsal.by}: {rehearsal.stage}. It takes minutes; you can leave this page.
          </>
        )}
        {rehearsal?.state === 'ended' && rehearsal.finishedAt !== null && (
          <>
            Rehearsed <Moment at={rehearsal.finishedAt} />; the check below says what it means.
          </>
        )}
        {rehearsal !== null && rehearsal.failure !== null && (
          <>
            The last rehearsal came to no end: {rehearsal.failure.message}. {rehearsal.failure.hint}
          </>
        )}
      </div>
    </section>
  );
}
