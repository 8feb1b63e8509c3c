import type { LayerValuesCheck } from '@sealift/core/api';
import { Button } from '@patternfly/react-core';
import { ErrorNotice, Notice } from '../../../components/error-notice.tsx';

interface CheckedValuesProps {
  /** What was found of the text as it was last checked; undefined while nothing was. */
  check: LayerValuesCheck | undefined;
  error: Error | null;
  isChecking: boolean;
  onLine: (line: number) => void;
}

/** What the pack says of the text: each problem at its line. */
export function CheckedValues({ check, error, isChecking, onLine }: CheckedValuesProps) {
  if (error !== null) return <ErrorNotice error={error} />;
  if (check === undefined || isChecking) return <Status>Checking…</Status>;
  if (check.problems.length === 0) return <Status>{check.changes ? 'Fits the pack' : 'As it runs now'}</Status>;
  const blocking = check.problems.some(({ severity }) => severity === 'block');
  return (
    <Notice
      variant={blocking ? 'danger' : 'warning'}
      title={blocking ? 'These values do not fit the pack' : 'Look at these values'}
    >
      <ul className="differences">
        {check.problems.map(({ kind, path, line, message }) => (
          <li key={`${kind} ${path} ${message}`}>
            {line !== null && (
              <Button variant="link" isInline onClick={() => onLine(line)}>
                Line {line}
              </Button>
            )}{' '}
            <code>{path}</code>: {message}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function Status({ children }: { children: React.ReactNode }) {
  return (
    <p role="status" className="quiet">
      {children}
    </p>
  );
}
