import { PageSection, Progress } from '@patternfly/react-core';
import { useEffect, useRef, useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { useStartUpgrade } from '../../../api/upgrades.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { PageHeading } from '../../../components/page-heading.tsx';

/** Makes the draft of an update and opens its review. To come here again makes no second one: the server takes the same draft up again. */
export function PreparePage() {
  const { version = '' } = useParams();
  const [search] = useSearchParams();
  const reversible = search.get('reversible') === 'true';
  const navigate = useNavigate();
  const { mutate, isError, error } = useStartUpgrade();
  const begun = useRef(false);
  const start = (): void =>
    mutate(
      { to: version, reversible },
      { onSuccess: ({ id }) => void navigate(`/updates/${encodeURIComponent(id)}`, { replace: true }) },
    );
  useEffect(() => {
    // Once, also where effects are run twice.
    if (begun.current) return;
    begun.current = true;
    start();
  });
  return (
    <PageSection>
      <PageHeading title={`Update to ${version}`}>Nothing is changed before you confirm.</PageHeading>
      {isError ? (
        <>
          <ErrorNotice error={error} onRetry={start} />
          <Link to="/updates">Back to Update Management</Link>
        </>
      ) : (
        <Preparing version={version} />
      )}
    </PageSection>
  );
}

/** How long it takes is not known: what is done, and since when, is. */
function Preparing({ version }: { version: string }) {
  const seconds = useSeconds();
  return (
    <div role="status" className="preparing">
      <Progress
        aria-label={`Preparing the update to ${version}`}
        title={`Reading the packs of ${version} from the registry, and merging them with this site’s values`}
        measureLocation="none"
        className="unmeasured"
      />
      <p className="quiet" aria-hidden="true">
        {seconds < 2 ? 'Just begun' : `For ${seconds} seconds`}
      </p>
    </div>
  );
}

function useSeconds(): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const from = Date.now();
    const timer = setInterval(() => setSeconds(Math.round((Date.now() - from) / 1000)), 1000);
    return () => clearInterval(timer);
  }, []);
  return seconds;
}
