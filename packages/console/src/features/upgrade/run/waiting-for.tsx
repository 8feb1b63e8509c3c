import { Label } from '@patternfly/react-core';
import type { Wait } from '@sealift/core/upgrade';
import { durationText } from '../../../components/duration.ts';
import { Moment } from '../../../components/moment.tsx';

const standing: Readonly<Record<Wait['level'], { word: string; status?: 'warning' | 'danger' }>> = {
  moving: { word: '' },
  slow: { word: 'slower than usual', status: 'warning' },
  stalled: { word: 'stalled', status: 'warning' },
  blocked: { word: 'blocked', status: 'warning' },
  failed: { word: 'failed', status: 'danger' },
};

interface WaitingForProps {
  wait: Wait | null;
  /** The step that waits. */
  step: string | undefined;
  /** By the console's clock, ms since 1970. */
  now: number;
  /** Whether an engine works on it: else a person has to. */
  isMoving: boolean;
}

/** The one thing the upgrade waits for: what, since when, what it holds up, and what a person can do. */
export function WaitingFor({ wait, step, now, isMoving }: WaitingForProps) {
  if (!isMoving) return <span role="status">a person, who resumes or aborts it</span>;
  if (wait === null) return <span role="status">nothing; the next step starts</span>;
  const { word, status } = standing[wait.level];
  const { object } = wait;
  return (
    <>
      <span role="status" className="course-wait-what">
        {wait.what}
      </span>
      {status !== undefined && (
        <>
          {' '}
          <Label isCompact status={status}>
            {word}
          </Label>
        </>
      )}
      <p className="quiet">
        For {durationText(now - Date.parse(wait.since))}, since <Moment at={wait.since} />
        {object === null ? '' : `; ${object.kind} ${object.name}`}
        {step === undefined ? '' : `; in the step ${step}`}
        {wait.impact === '' ? '' : `; meanwhile ${wait.impact}`}
      </p>
      {wait.reference !== null && <p className="quiet">{wait.reference}</p>}
      {wait.remedy !== null && <p>What to do: {wait.remedy}</p>}
    </>
  );
}
