import { Alert, AlertActionLink, type AlertProps } from '@patternfly/react-core';
import { reasonOf } from '@sealift/core/reason-of';
import { ProblemError, UnreachableError } from '../api/http.ts';

interface ErrorNoticeProps {
  error: unknown;
  onRetry?: (() => void) | undefined;
}

/** An error as a person needs it: what happened, where, and what to do. */
export function ErrorNotice({ error, onRetry }: ErrorNoticeProps) {
  return <FailureNotice {...describe(error)} onRetry={onRetry} />;
}

interface FailureNoticeProps {
  message: string;
  place?: string | undefined;
  hint: string;
  code?: string | undefined;
  onRetry?: (() => void) | undefined;
}

/** What happened, where, what to do, and the code to look it up by. */
export function FailureNotice({ message, place, hint, code, onRetry }: FailureNoticeProps) {
  const [sentence = '', ...lines] = message.split('\n');
  return (
    <Notice
      title={capitalised(sentence)}
      variant="danger"
      {...(onRetry === undefined
        ? {}
        : { actionLinks: <AlertActionLink onClick={onRetry}>Try again</AlertActionLink> })}
    >
      {lines.length > 0 && <pre className="excerpt">{lines.join('\n')}</pre>}
      <ProblemBody place={place} hint={hint} code={code} />
    </Notice>
  );
}

/** An inline notice that screen readers announce when it appears. */
export function Notice({ children, ...props }: AlertProps) {
  return (
    <Alert isInline isLiveRegion component="p" {...props}>
      {children}
    </Alert>
  );
}

interface ProblemBodyProps {
  place?: string | undefined;
  hint: string;
  code?: string | undefined;
}

/** Place, remedy and code below an error's sentence. */
function ProblemBody({ place, hint, code }: ProblemBodyProps) {
  return (
    <div className="problem">
      {place !== undefined && (
        <p>
          Where: <code>{place}</code>
        </p>
      )}
      <p>What to do: {hint}</p>
      {code !== undefined && (
        <p className="quiet">
          Code: <code>{code}</code>
        </p>
      )}
    </div>
  );
}

function describe(error: unknown): {
  message: string;
  place?: string | undefined;
  hint: string;
  code?: string | undefined;
} {
  if (error instanceof ProblemError) {
    const { detail, place, hint, code } = error.problem;
    return { message: detail, place, hint, code };
  }
  if (error instanceof UnreachableError) {
    return {
      message: error.message,
      hint: 'It may be restarting. Try again in a moment; nothing was changed from here.',
    };
  }
  return {
    message: 'This page failed',
    place: reasonOf(error),
    hint: 'Reload the page. If it happens again, report what you did and the text above.',
  };
}

/** The catalogue's messages begin in lower case, because commands print them after `error:`. */
function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
