import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { type RunsDefaults, useAdopt, useSurvey } from '../../api/adoption.ts';
import { ErrorNotice, Notice } from '../../components/error-notice.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { AdoptionProposalView } from './adoption-proposal.tsx';

/** Looks at the cluster when it is asked to, shows what was found, and records it where nothing differs. */
export function Adoption() {
  const [defaults, setDefaults] = useState<RunsDefaults>([]);
  const survey = useSurvey();
  const adopt = useAdopt();
  const proposal = survey.data;
  const look = (of: RunsDefaults): void => {
    setDefaults(of);
    adopt.reset();
    survey.mutate(of);
  };
  return (
    <section aria-label="What the cluster runs" className="adoption">
      <Button
        variant={proposal === undefined ? 'primary' : 'secondary'}
        isLoading={survey.isPending}
        isDisabled={survey.isPending || adopt.isPending}
        onClick={() => look(defaults)}
      >
        {proposal === undefined ? 'Look at what the cluster runs' : 'Look again'}
      </Button>
      {survey.isError && <ErrorNotice error={survey.error} />}
      {proposal !== undefined && !survey.isPending && (
        <>
          <AdoptionProposalView proposal={proposal} chosen={defaults} onChoose={look} />
          {adopt.isError && <ErrorNotice error={adopt.error} />}
          {proposal.differences.length > 0 ? (
            <Notice
              variant="warning"
              title={`It is not as ${proposal.product} ${proposal.version}: nothing can be adopted while something differs`}
            />
          ) : (
            <LockedButton
              needs="platform.adopt"
              isLoading={adopt.isPending}
              isDisabled={adopt.isPending}
              onClick={() => adopt.mutate({ proposal, defaults })}
            >
              Adopt {proposal.product} {proposal.version}
            </LockedButton>
          )}
        </>
      )}
    </section>
  );
}
