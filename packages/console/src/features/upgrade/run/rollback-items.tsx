import type { RollbackItem } from '@sealift/core/upgrade';

/** What going back puts back, and what stays. */
export function RollbackItems({ items }: { items: readonly RollbackItem[] }) {
  const undone = items.filter(({ does }) => does === 'undone');
  const staying = items.filter(({ does }) => does === 'stays');
  return (
    <>
      {undone.length === 0 && staying.length === 0 && <p>Nothing was begun that would have to be put back.</p>}
      {undone.length > 0 && (
        <>
          <p>Put back, in this order:</p>
          <ol className="consequences" aria-label="What is put back">
            {undone.map(({ id, text, done }) => (
              <li key={id}>
                {text}
                {done && ' (done)'}
              </li>
            ))}
          </ol>
        </>
      )}
      {staying.length > 0 && (
        <>
          <p>What stays:</p>
          <ul className="consequences" aria-label="What stays">
            {staying.map(({ id, text }) => (
              <li key={id}>{text}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
