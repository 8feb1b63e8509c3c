import { Card, CardBody, CardTitle, Label, Title } from '@patternfly/react-core';
import { CheckCircleIcon, ExclamationCircleIcon, InProgressIcon, OutlinedCircleIcon } from '@patternfly/react-icons';
import type { UpgradeCourse } from '@sealift/core/api';
import { lifecycle, type TreeStep, type UpgradeTree } from '@sealift/core/upgrade';
import { Fragment } from 'react';
import { durationText, usualText } from '../../../../components/duration.ts';
import { RollbackLabel } from '../../plan/rollback-label.tsx';
import { StepObjects } from './step-objects.tsx';

interface CourseTreeProps {
  course: UpgradeCourse;
  tree: UpgradeTree;
  /** By the console's clock, ms since 1970. */
  now: number;
}

/** The plan as a tree: hops, their steps (a layer, a group of nodes, or work on the whole), and the objects that these wait for. */
export function CourseTree({ course, tree, now }: CourseTreeProps) {
  const isMoving = lifecycle[course.state].needsEngine;
  return (
    <Card>
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          Steps
        </Title>
      </CardTitle>
      <CardBody>
        {tree.hops.map((hop) => (
          <section key={hop.to} aria-label={`From ${hop.from} to ${hop.to}`}>
            {tree.hops.length > 1 && (
              <h3 className="course-hop">
                {hop.from} → {hop.to}
              </h3>
            )}
            <ol className="course-steps" aria-label="Steps of the upgrade">
              {hop.steps.map((step) => (
                <Fragment key={step.id}>
                  {step.id === tree.pointOfNoReturn && (
                    <li className="course-no-return">
                      Point of no return: from here on the upgrade is finished, not taken back
                    </li>
                  )}
                  <Step step={step} now={now} isMoving={isMoving} />
                </Fragment>
              ))}
            </ol>
          </section>
        ))}
      </CardBody>
    </Card>
  );
}

const words = { waiting: 'waiting', running: 'running', done: 'done', failed: 'failed' } as const;
const icons = {
  waiting: OutlinedCircleIcon,
  running: InProgressIcon,
  done: CheckCircleIcon,
  failed: ExclamationCircleIcon,
} as const;

function Step({ step, now, isMoving }: { step: TreeStep; now: number; isMoving: boolean }) {
  const { title, state, message, wait, machines, objects, rollback } = step;
  const Icon = icons[state];
  const told = state === 'running' && wait !== null ? wait.what : message;
  return (
    <li
      className={`course-step ${state}`}
      aria-label={`${title}: ${words[state]}`}
      {...(state === 'running' ? { 'aria-current': 'step' as const } : {})}
    >
      <Icon className="course-icon" aria-hidden="true" />
      <div className="course-what">
        <span className="course-title">{title}</span>
        {told !== '' && <p className={state === 'failed' ? undefined : 'quiet'}>{told}</p>}
        {machines !== undefined && state !== 'done' && (
          <p>
            {machines.replaced} of {machines.of} machines replaced
          </p>
        )}
        <StepObjects objects={objects} isRunning={state === 'running' && isMoving} now={now} />
        {state !== 'done' && (
          <p>
            <RollbackLabel rollback={rollback} />
          </p>
        )}
      </div>
      <div className="course-time">
        <TimeOf step={step} now={now} isMoving={isMoving} />
      </div>
    </li>
  );
}

/** How long it took or takes, and what is usual here. */
function TimeOf({ step, now, isMoving }: { step: TreeStep; now: number; isMoving: boolean }) {
  const { state, startedAt, finishedAt, usual } = step;
  if (state === 'waiting') return <span className="quiet">usual time {usualText(usual)}</span>;
  if (startedAt === null) return null;
  if (finishedAt !== null) return durationText(Date.parse(finishedAt) - Date.parse(startedAt));
  const spent = now - Date.parse(startedAt);
  return (
    <>
      {durationText(spent)}
      {usual !== null && isMoving && spent > usual.p90Ms && (
        <>
          {' '}
          <Label isCompact status="warning">
            longer than usual
          </Label>
        </>
      )}
      <br />
      <span className="quiet">usual time {usualText(usual)}</span>
    </>
  );
}
