import { presentableDiff } from '@codemirror/merge';
import type { ReactNode } from 'react';
import { hunkLines } from './hunk-words.ts';

interface HunkTextProps {
  text: string;
  /** What differs from it is marked, word by word. */
  against?: string | undefined;
  /** Which side of the two it is. */
  is?: 'left' | 'right';
  /** The number of its first line; without it none is told. */
  first?: number;
  /** For screen readers. */
  label: string;
}

/** Texts longer than that are told apart by their lines alone. */
const longestCompared = 4000;

/** The lines of one version of a hunk. */
export function HunkText({ text, against, is = 'left', first, label }: HunkTextProps) {
  const { lines, left, isUnended } = hunkLines(text);
  const marks = against === undefined ? [] : differing(lines.join('\n'), hunkLines(against).lines.join('\n'), is);
  return (
    <>
      <pre className="excerpt-lines" role="group" aria-label={label} tabIndex={0}>
        {placed(lines).map(({ line, start }, index) => {
          return (
            // Lines have no other name than where they stand.
            <span key={`${start}`} className="excerpt-line is-value">
              {first !== undefined && (
                <span className="excerpt-number" aria-hidden="true">
                  {first + index}
                </span>
              )}
              <code>{withMarks(line, start, marks)}</code>
            </span>
          );
        })}
        {lines.length === 0 && <span className="excerpt-line quiet">(nothing here)</span>}
      </pre>
      {left > 0 && <p className="quiet excerpt-note">{left} more lines</p>}
      {isUnended && <p className="quiet excerpt-note">No line end after the last line.</p>}
    </>
  );
}

/** Lines with where they begin. */
function placed(lines: readonly string[]): readonly { readonly line: string; readonly start: number }[] {
  let next = 0;
  return lines.map((line) => {
    const start = next;
    next += line.length + 1;
    return { line, start };
  });
}

type Mark = readonly [number, number];

function differing(text: string, other: string, is: 'left' | 'right'): readonly Mark[] {
  if (text === '' || other === '' || text.length + other.length > longestCompared) return [];
  const [left, right] = is === 'left' ? [text, other] : [other, text];
  return presentableDiff(left, right, { scanLimit: 300 }).map(({ fromA, toA, fromB, toB }) =>
    is === 'left' ? [fromA, toA] : [fromB, toB],
  );
}

function withMarks(line: string, start: number, marks: readonly Mark[]): ReactNode[] {
  const parts: ReactNode[] = [];
  let done = 0;
  for (const [from, to] of marks) {
    const [left, right] = [Math.max(from - start, done), Math.min(to - start, line.length)];
    if (left >= right) continue;
    parts.push(line.slice(done, left), <mark key={left}>{line.slice(left, right)}</mark>);
    done = right;
  }
  return [...parts, line.slice(done)];
}
