import { presentableDiff } from '@codemirror/merge';
import type { ReactNode } from 'react';

interface FromToProps {
  from: string | undefined;
  to: string | undefined;
}

/** Longer values are told apart in the excerpts. */
const longest = 400;

/** A value, and what becomes of it, with the words that differ marked. */
export function FromTo({ from, to }: FromToProps) {
  const left = shown(from);
  const right = shown(to);
  if (left === undefined || right === undefined) {
    return (
      <span className="from-to">
        <Value text={left} /> <Arrow /> <Value text={right} />
      </span>
    );
  }
  if (left === right) return <span className="from-to">{left}</span>;
  const parts = presentableDiff(left, right, { scanLimit: 200 });
  return (
    <span className="from-to">
      <span className="from">
        {marked(
          left,
          parts.map(({ fromA, toA }) => [fromA, toA]),
        )}
      </span>{' '}
      <Arrow />{' '}
      <span className="to">
        {marked(
          right,
          parts.map(({ fromB, toB }) => [fromB, toB]),
        )}
      </span>
    </span>
  );
}

function Value({ text }: { text: string | undefined }) {
  return text === undefined ? <em className="quiet">nothing</em> : <>{text}</>;
}

function Arrow() {
  return (
    <>
      <span aria-hidden="true" className="quiet">
        →
      </span>
      <span className="pf-v6-screen-reader">becomes</span>
    </>
  );
}

/** On one line. */
function shown(text: string | undefined): string | undefined {
  return text
    ?.trimEnd()
    .replaceAll(/\s*\n\s*/g, ' ⏎ ')
    .slice(0, longest);
}

function marked(text: string, ranges: readonly (readonly [number, number])[]): ReactNode[] {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const [from, to] of ranges) {
    if (from > at) parts.push(text.slice(at, from));
    if (to > from) parts.push(<mark key={from}>{text.slice(from, to)}</mark>);
    at = to;
  }
  return [...parts, text.slice(at)];
}
