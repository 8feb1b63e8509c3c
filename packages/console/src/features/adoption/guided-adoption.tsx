import { Button, Form, FormGroup, Spinner, TextInput, Title } from '@patternfly/react-core';
import type { AdoptionProposal } from '@sealift/core/api';
import { type ReactNode, useState } from 'react';
import { type Found, useAdopt, useSurvey } from '../../api/adoption.ts';
import { Notice } from '../../components/error-notice.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { AdoptDialog } from './adopt-dialog.tsx';
import { isOpen, placeOf, saidOf, unanswered } from './answers.ts';
import { DifferenceTable } from './difference-table.tsx';
import { LayerQuestion } from './layer-question.tsx';
import { ProposalView } from './proposal-view.tsx';
import { SurveyProblem } from './survey-problem.tsx';
import { type KeptAnswers, useAnswersKept } from './use-answers-kept.ts';

/** Looks at the cluster, shows what it found, asks what only a person can tell, names what differs, and records it once confirmed. */
export function GuidedAdoption() {
  const [version, setVersion] = useState('');
  const kept = useAnswersKept();
  const { answers } = kept;
  const survey = useSurvey();
  const [found, setFound] = useState<Found>();
  const proposal = found?.proposal;
  const said = saidOf(version.trim(), proposal?.layers ?? [], answers);
  const isAsSaid = JSON.stringify(said) === JSON.stringify(found?.said);
  // A layer of which something was said before is asked about again only once the release is known.
  const look = (): void => survey.mutate(said, { onSuccess: setFound });
  return (
    <>
      <Step number={1} title="Look at what the cluster runs">
        <p>
          Nodes, their template, every layer and its values are compared with the releases of the catalogue. Looking
          changes nothing.
        </p>
        <Form isHorizontal onSubmit={(event) => event.preventDefault()}>
          <FormGroup label="Compare with release" fieldId="adopt-version">
            <TextInput
              id="adopt-version"
              value={version}
              placeholder="the one that fits best"
              onChange={(_event, text) => setVersion(text)}
            />
          </FormGroup>
        </Form>
        <LockedButton
          needs="platform.adopt"
          variant={found === undefined ? 'primary' : 'secondary'}
          isLoading={survey.isPending}
          isDisabled={survey.isPending}
          onClick={look}
        >
          {found === undefined ? 'Look' : 'Look again'}
        </LockedButton>
        {survey.isPending && (
          <p role="status" className="quiet">
            <Spinner size="sm" aria-hidden /> Looking at nodes, layers and templates; it takes 40 seconds at most.
          </p>
        )}
        {survey.isError && <SurveyProblem error={survey.error} onRetry={look} />}
      </Step>
      {found !== undefined && proposal !== undefined && (
        <>
          <Step number={2} title={`What was found, beside ${proposal.product} ${proposal.version}`}>
            <ProposalView
              proposal={proposal}
              answers={answers}
              onGive={(layer) => kept.set(placeOf(layer), { runs: 'values', values: '' })}
            />
          </Step>
          <Step number={3} title="What only you can tell">
            <Questions proposal={proposal} kept={kept} />
            {!isAsSaid && (
              <Notice variant="info" title="You said something else since it was looked at">
                <Button variant="secondary" isLoading={survey.isPending} isDisabled={survey.isPending} onClick={look}>
                  Look again with what you say
                </Button>
              </Notice>
            )}
          </Step>
          <Step number={4} title="What differs">
            {proposal.differences.length === 0 ? (
              <p>
                Nothing: the site is as {proposal.product} {proposal.version}.
              </p>
            ) : (
              <>
                <p>
                  {proposal.differences.length === 1 ? 'One thing is' : `${proposal.differences.length} things are`} not
                  as {proposal.product} {proposal.version}. Nothing can be adopted while something differs.
                </p>
                <p className="quiet">
                  Where an option such as <code>--values</code> is named, give the values above instead.
                </p>
                <DifferenceTable differences={proposal.differences} />
              </>
            )}
          </Step>
          <Step number={5} title="Adopt">
            <Adopt found={found} isAsSaid={isAsSaid} kept={kept} />
          </Step>
        </>
      )}
    </>
  );
}

function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <section className="adoption-step" aria-labelledby={`adoption-step-${number}`}>
      <Title headingLevel="h2" size="lg" id={`adoption-step-${number}`}>
        {number}. {title}
      </Title>
      {children}
    </section>
  );
}

interface QuestionsProps {
  proposal: AdoptionProposal;
  kept: KeptAnswers;
}

function Questions({ proposal: { layers }, kept: { answers, set } }: QuestionsProps) {
  const asked = layers.filter((layer) => isOpen(layer) || answers.has(placeOf(layer)));
  const open = unanswered(layers, answers).length;
  if (asked.length === 0) return <p>Nothing: the cluster tells the values of every layer.</p>;
  return (
    <>
      <p>
        {open === 0
          ? 'All is told.'
          : `${open} of ${asked.length} ${asked.length === 1 ? 'layer is' : 'layers are'} not told yet.`}{' '}
        Leave a layer that you do not know as it is: nothing is made up, and nothing is adopted before.
      </p>
      <Form onSubmit={(event) => event.preventDefault()} className="adoption-questions">
        {asked.map((layer) => (
          <LayerQuestion
            key={placeOf(layer)}
            layer={layer}
            answer={answers.get(placeOf(layer))}
            onAnswer={(to) => set(placeOf(layer), to)}
          />
        ))}
      </Form>
    </>
  );
}

interface AdoptProps {
  found: Found;
  isAsSaid: boolean;
  kept: KeptAnswers;
}

function Adopt({ found, isAsSaid, kept }: AdoptProps) {
  const adopt = useAdopt();
  const [isAsking, setIsAsking] = useState(false);
  const { product, version, layers, differences } = found.proposal;
  const reason = reasonNotTo(unanswered(layers, kept.answers).length, isAsSaid, differences.length);
  return (
    <>
      <LockedButton
        needs="platform.adopt"
        disabledBecause={reason}
        onClick={() => {
          adopt.reset();
          setIsAsking(true);
        }}
      >
        Adopt {product} {version} …
      </LockedButton>
      {reason !== undefined && <span className="quiet"> {reason}.</span>}
      {isAsking && (
        <AdoptDialog
          proposal={found.proposal}
          error={adopt.error}
          isPending={adopt.isPending}
          onConfirm={() => adopt.mutate(found, { onSuccess: kept.forget })}
          onClose={() => setIsAsking(false)}
        />
      )}
    </>
  );
}

function reasonNotTo(open: number, isAsSaid: boolean, differences: number): string | undefined {
  if (open > 0) return `${open === 1 ? 'A layer is' : `${open} layers are`} not told yet`;
  if (!isAsSaid) return 'Look again first: you said something else since';
  return differences > 0 ? 'Something differs' : undefined;
}
