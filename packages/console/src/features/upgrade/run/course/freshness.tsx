import type { UpgradeCourse } from '@sealift/core/api';
import { lifecycle } from '@sealift/core/upgrade';
import { useStreamCut } from '../../../../api/connection.ts';
import { durationText } from '../../../../components/duration.ts';
import { Notice } from '../../../../components/error-notice.tsx';
import { Moment } from '../../../../components/moment.tsx';

interface FreshnessProps {
  course: UpgradeCourse;
  /** For how long the console was not heard; null where what is shown is of now. */
  unheardMs: number | null;
}

/** Says when this page has lost the console, and how old what it shows is; and that changes are told of late, where only its events are cut. */
export function Freshness({ course, unheardMs }: FreshnessProps) {
  const cutSince = useStreamCut();
  if (unheardMs !== null) {
    return (
      <Notice variant="warning" title="This page does not hear the console: how far the upgrade is now is unknown">
        <p>
          What is shown is as it was at <Moment at={course.at} />
          {/* A screen reader is not told of each second. */}
          <span aria-hidden="true">, {durationText(unheardMs)} ago</span>. The upgrade does not need this page; the
          console is asked again all the time.
        </p>
      </Notice>
    );
  }
  if (cutSince === null || !lifecycle[course.state].locksConsole) return null;
  return (
    <p className="quiet events-cut" role="status">
      The console’s events are cut since <Moment at={new Date(cutSince).toISOString()} />: it is asked every two seconds
      instead.
    </p>
  );
}
