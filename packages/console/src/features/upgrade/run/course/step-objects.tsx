import type { TreeStep } from '@sealift/core/upgrade';
import { durationText } from '../../../../components/duration.ts';
import { Moment } from '../../../../components/moment.tsx';

interface StepObjectsProps {
  objects: TreeStep['objects'];
  /** Whether the step is worked on now. */
  isRunning: boolean;
  now: number;
}

/** The nodes and other objects that a step waits for, the one of now first; those of before are folded away. */
export function StepObjects({ objects, isRunning, now }: StepObjectsProps) {
  const current = objects.filter((object) => isRunning && object.now);
  const others = objects.filter((object) => !current.includes(object)).toReversed();
  return (
    <>
      {current.length > 0 && (
        <ul className="course-objects" aria-label="Waits for">
          {current.map(({ kind, name, what, since }) => (
            <li key={`${kind}/${name}`}>
              <strong>
                {kind} {name}
              </strong>
              : {what}, for {durationText(now - Date.parse(since))}
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <details className="course-objects">
          <summary>
            {others.length} {others.length === 1 ? 'object' : 'objects'} waited for before
          </summary>
          <ul>
            {others.map(({ kind, name, what, since }) => (
              <li key={`${kind}/${name}`}>
                {kind} {name}: {what}, <Moment at={since} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
