import type { UpgradeCourse } from '@sealift/core/api';
import { durationText } from '../../../../components/duration.ts';
import { timeAxis, type TimeAxis } from './time-axis.ts';

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const states = { done: 'done', running: 'running', failed: 'failed', ahead: 'to come', unknown: 'to come' } as const;

/** The upgrade along its time: what is over, where it is, what lies ahead, and where the way back ends. */
export function TimeAxisView({ course, now }: { course: UpgradeCourse; now: number }) {
  const axis = timeAxis(course, now);
  if (axis === null) return null;
  const { segments, noReturn } = axis;
  const percent = course.tree?.fractionOfTime ?? null;
  return (
    <div className="time-axis">
      {noReturn !== null && (
        <div
          className={noReturn > 50 ? 'axis-label to-start' : 'axis-label'}
          style={{ insetInlineStart: at(noReturn) }}
        >
          Point of no return
        </div>
      )}
      <div
        className="axis-bar"
        role="progressbar"
        aria-label="Progress of the upgrade"
        aria-valuetext={textOf(axis, percent, now)}
        {...(percent === null
          ? {}
          : { 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': Math.floor(percent * 100) })}
      >
        {segments.map(({ key, title, kind, from, to }) => (
          <div
            key={key}
            className={`axis-segment ${kind}`}
            title={`${title}: ${states[kind]}`}
            style={{ insetInlineStart: at(from), inlineSize: at(to - from) }}
          />
        ))}
        {axis.now !== null && <div className="axis-now" style={{ insetInlineStart: at(axis.now) }} />}
        {noReturn !== null && <div className="axis-no-return" style={{ insetInlineStart: at(noReturn) }} />}
      </div>
      <div className="axis-ticks" aria-hidden="true">
        <span>{clock.format(axis.startedAt)}</span>
        {axis.now !== null && (
          <span
            className={axis.now > 80 ? 'axis-tick to-start' : 'axis-tick'}
            style={{ insetInlineStart: at(axis.now) }}
          >
            now
          </span>
        )}
        <span>{endText(axis)}</span>
      </div>
    </div>
  );
}

function at(percent: number): string {
  return `${Math.round(percent * 100) / 100}%`;
}

function endText({ end, now }: TimeAxis): string {
  if (end === null) return 'end unknown';
  return now === null ? clock.format(end) : `about ${clock.format(end)}`;
}

function textOf(axis: TimeAxis, percent: number | null, now: number): string {
  const over = axis.now === null && axis.end !== null ? axis.end : now;
  const share = percent === null ? [] : [`${Math.floor(percent * 100)}% of the time`];
  const ending = axis.now === null ? [] : [endText(axis).replace(/^about/, 'done at about')];
  const line = axis.noReturn === null ? [] : [noReturnText(axis.noReturn, axis.now)];
  return [`${durationText(over - axis.startedAt)} elapsed`, ...share, ...ending, ...line].join(', ');
}

function noReturnText(place: number, now: number | null): string {
  return now === null || place < now ? 'the point of no return is passed' : 'the point of no return lies ahead';
}
