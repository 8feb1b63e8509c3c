import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from '@patternfly/react-core';
import { Link, useNavigate } from 'react-router';
import { LockedButton } from '../../components/locked-button.tsx';

/** The Summary before this console knows which release the cluster runs. */
export function NothingInstalled() {
  const navigate = useNavigate();
  return (
    <EmptyState titleText="This console does not know yet which release the cluster runs" headingLevel="h2">
      <EmptyStateBody>
        <ol className="steps-to-do">
          <li>Run the bundle of the installed release on the support host; it pushes the release into the registry.</li>
          <li>
            Open <Link to="/administration/registries">Pack Registries</Link> and choose Sync in the menu of
            spectro-packs.
          </li>
          <li>
            Tell in <Link to="/administration/site">Site Settings</Link> where the cluster is, if it is not connected
            yet.
          </li>
          <li>Look at what the cluster runs, and adopt it.</li>
        </ol>
      </EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <LockedButton needs="platform.adopt" onClick={() => void navigate('/cluster/adopt')}>
            Adopt a platform
          </LockedButton>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}
