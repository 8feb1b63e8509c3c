import { Card, CardBody, CardTitle, Title } from '@patternfly/react-core';
import type { Upgrade, UpgradeCourse } from '@sealift/core/api';
import { lifecycle } from '@sealift/core/upgrade';
import type { UseQueryResult } from '@tanstack/react-query';
import { QueryView } from '../../../components/query-view.tsx';
import { CourseFigures } from './course/course-figures.tsx';
import { useCourseTime } from './course/course-time.ts';
import { Freshness } from './course/freshness.tsx';
import { TimeAxisView } from './course/time-axis-view.tsx';
import { RunControls } from './run-controls.tsx';
import { WaitingFor } from './waiting-for.tsx';

/** How far the whole upgrade is along its time, the one thing it waits for, and what a person can do. */
export function RunProgress({ upgrade, course }: { upgrade: Upgrade; course: UseQueryResult<UpgradeCourse> }) {
  return (
    <Card>
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          Progress
        </Title>
      </CardTitle>
      <CardBody>
        <QueryView query={course} what="how far the upgrade is">
          {(data) => <Progress course={data} heardAt={course.dataUpdatedAt} />}
        </QueryView>
        <RunControls upgrade={upgrade} />
      </CardBody>
    </Card>
  );
}

function Progress({ course, heardAt }: { course: UpgradeCourse; heardAt: number }) {
  const { now, unheardMs } = useCourseTime(course, heardAt);
  const { tree, state } = course;
  if (tree === null) return <p>The plan of this upgrade cannot be read by this version of the console.</p>;
  const { ended, needsEngine } = lifecycle[state];
  const running = tree.hops.flatMap(({ steps }) => steps).find((step) => step.state === 'running');
  return (
    <>
      <Freshness course={course} unheardMs={unheardMs} />
      <CourseFigures course={course} tree={tree} now={now} />
      <TimeAxisView course={course} now={now} />
      {!ended && (
        <section className="course-wait" aria-label="Waiting for">
          <h3>Waiting for</h3>
          <WaitingFor wait={running?.wait ?? null} step={running?.title} now={now} isMoving={needsEngine} />
        </section>
      )}
    </>
  );
}
