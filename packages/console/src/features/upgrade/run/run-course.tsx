import { Grid, GridItem } from '@patternfly/react-core';
import type { Upgrade, UpgradeCourse } from '@sealift/core/api';
import { useCourse } from '../../../api/course.ts';
import { ApprovedCard } from './approved-card.tsx';
import { useCourseTime } from './course/course-time.ts';
import { CourseTree } from './course/course-tree.tsx';
import { FinaliseCard } from './finalise-card.tsx';
import { RollbackCard } from './rollback-card.tsx';
import { RunProgress } from './run-progress.tsx';

/** How a confirmed upgrade goes, or went: along its time, and step by step. */
export function RunCourse({ upgrade }: { upgrade: Upgrade }) {
  const course = useCourse(upgrade.id);
  return (
    <Grid hasGutter>
      <GridItem span={12}>
        <RunProgress upgrade={upgrade} course={course} />
      </GridItem>
      <GridItem span={12} lg={8}>
        {course.data !== undefined && <Tree course={course.data} heardAt={course.dataUpdatedAt} />}
      </GridItem>
      <GridItem span={12} lg={4} className="run-side">
        <FinaliseCard upgrade={upgrade} />
        <RollbackCard upgrade={upgrade} />
        <ApprovedCard upgrade={upgrade} />
      </GridItem>
    </Grid>
  );
}

function Tree({ course, heardAt }: { course: UpgradeCourse; heardAt: number }) {
  const { now } = useCourseTime(course, heardAt);
  return course.tree === null ? null : <CourseTree course={course} tree={course.tree} now={now} />;
}
