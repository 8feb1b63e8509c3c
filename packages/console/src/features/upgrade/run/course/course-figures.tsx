import type { UpgradeCourse } from '@sealift/core/api';
import { lifecycle, rollsNodes, type TreeStep, type UpgradeTree } from '@sealift/core/upgrade';
import type { ReactNode } from 'react';
import { durationText, usualText } from '../../../../components/duration.ts';
import { Moment } from '../../../../components/moment.tsx';

/** The few figures that say how far it is: all of them counted in the same tree that is drawn below. */
export function CourseFigures({ course, tree, now }: { course: UpgradeCourse; tree: UpgradeTree; now: number }) {
  const { startedAt, finishedAt, state } = course;
  const steps = tree.hops.flatMap((hop) => hop.steps);
  const done = steps.filter((step) => step.state === 'done').length;
  const end = finishedAt === null ? now : Date.parse(finishedAt);
  const { ended, goesBack } = lifecycle[state];
  return (
    <dl className="course-figures">
      {startedAt !== null && (
        <Figure term={ended ? 'It took' : 'Elapsed'} note={<Since at={startedAt} />}>
          {durationText(end - Date.parse(startedAt))}
        </Figure>
      )}
      {!ended && !goesBack && <TimeLeft tree={tree} />}
      {!ended && goesBack && (
        <Figure term="Usual time to go back">{usualText(course.rollback?.estimate ?? null)}</Figure>
      )}
      <Figure term="Steps done">
        {done} of {steps.length}
      </Figure>
      <Machines steps={steps} />
    </dl>
  );
}

function Since({ at }: { at: string }) {
  return (
    <>
      since <Moment at={at} />
    </>
  );
}

function TimeLeft({ tree: { timeLeft, fractionOfTime } }: { tree: UpgradeTree }) {
  if (timeLeft === null) {
    return (
      <Figure term="Time left" note="this site has too little history of what is left">
        unknown
      </Figure>
    );
  }
  const most = `nine times of ten at most ${minutes(timeLeft.p90Ms)}`;
  const share = fractionOfTime === null ? '' : `; ${Math.floor(fractionOfTime * 100)}% of the time is over`;
  return (
    <Figure term="Time left" note={`${most}${share}`}>
      about {minutes(timeLeft.p50Ms)}
    </Figure>
  );
}

function minutes(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 60_000))} min`;
}

/** Of the rollouts that have counted theirs; those to come have not yet. */
function Machines({ steps }: { steps: readonly TreeStep[] }) {
  const counted = steps.flatMap(({ machines }) => machines ?? []);
  if (counted.length === 0) return null;
  const sum = (pick: 'replaced' | 'of'): number => counted.reduce((total, one) => total + one[pick], 0);
  const uncounted = steps.filter(
    (step) => step.machines === undefined && rollsNodes(step) && step.state === 'waiting',
  ).length;
  const note = uncounted === 0 ? undefined : `${uncounted} more ${uncounted === 1 ? 'rollout' : 'rollouts'} to come`;
  return (
    <Figure term="Machines replaced" note={note}>
      {sum('replaced')} of {sum('of')}
    </Figure>
  );
}

function Figure({ term, note, children }: { term: string; note?: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd className="figure">{children}</dd>
      {note !== undefined && <dd className="quiet">{note}</dd>}
    </div>
  );
}
