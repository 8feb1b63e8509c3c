import type { Excerpt } from './excerpts.ts';

interface ExcerptViewProps {
  excerpt: Excerpt | undefined;
  /** For screen readers. */
  label: string;
  /** The value itself, while the text around it is not there. */
  meanwhile: string | undefined;
}

/** A value where it stands, with the lines around it. */
export function ExcerptView({ excerpt, label, meanwhile }: ExcerptViewProps) {
  if (excerpt === undefined) return <pre className="excerpt-lines">{meanwhile ?? '(not there)'}</pre>;
  const isThere = excerpt.lines.some(({ isValue }) => isValue);
  return (
    <>
      <pre className="excerpt-lines" role="group" aria-label={label} tabIndex={0}>
        {excerpt.lines.map(({ number, text, isValue }) => (
          <span key={number} className={isValue ? 'excerpt-line is-value' : 'excerpt-line'}>
            <span className="excerpt-number" aria-hidden="true">
              {number}
            </span>
            <code>{text}</code>
          </span>
        ))}
        {excerpt.lines.length === 0 && '(empty)'}
      </pre>
      {!isThere && <p className="quiet excerpt-note">(not there)</p>}
      {excerpt.left > 0 && <p className="quiet excerpt-note">{excerpt.left} more lines</p>}
    </>
  );
}
