import { Link } from 'react-router';
import { ProblemError } from '../../api/http.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';

/** Where what stands in the way of a look is dealt with. */
const ways: Readonly<Record<string, { readonly to: string; readonly text: string }>> = {
  CLUSTER_NOT_CONNECTED: { to: '/administration/site', text: 'Connect the cluster in Site Settings' },
  ADOPT_NO_RELEASE: { to: '/administration/registries', text: 'Sync the releases in Pack Registries' },
};

/** Why the cluster could not be looked at, with the page on which that is dealt with where there is one. */
export function SurveyProblem({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const code = error instanceof ProblemError ? error.problem.code : '';
  const way = Object.hasOwn(ways, code) ? ways[code] : undefined;
  return (
    <>
      <ErrorNotice error={error} onRetry={onRetry} />
      {way !== undefined && (
        <p>
          <Link to={way.to}>{way.text}</Link>
        </p>
      )}
    </>
  );
}
