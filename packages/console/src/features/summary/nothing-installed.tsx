import { EmptyState, EmptyStateBody } from '@patternfly/react-core';
import { Link } from 'react-router';
import { Adoption } from './adoption.tsx';

/** The Summary before this console knows which release the cluster runs. */
export function NothingInstalled() {
  return (
    <>
      <EmptyState titleText="This console does not know yet which release the cluster runs" headingLevel="h2">
        <EmptyStateBody>
          <ol className="steps-to-do">
            <li>
              Run the bundle of the installed release on the support host; it pushes the release into the registry.
            </li>
            <li>
              Open <Link to="/administration/registries">Pack Registries</Link> and choose Sync in the menu of
              spectro-packs.
            </li>
            <li>
              Look at what the cluster runs, and adopt it. Values that nothing in the cluster tells are given on the
              command line: <code>sealift platform adopt --help</code> tells how.
            </li>
          </ol>
        </EmptyStateBody>
      </EmptyState>
      <Adoption />
    </>
  );
}
