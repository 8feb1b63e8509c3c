import { Card, CardBody, CardTitle, FormSelect, FormSelectOption, Title } from '@patternfly/react-core';
import type { PathPlan } from '@sealift/core/planner';
import { useState } from 'react';
import { usePath } from '../../api/updates.ts';
import { LockedButton } from '../../components/locked-button.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { PathDrawing } from './path-drawing.tsx';
import { wayOf } from './way-text.ts';

interface PathCardProps {
  /** Newer versions, newest first. */
  versions: readonly string[];
  onUpdate: (version: string) => void;
}

/** The way to a release over as many hops as it takes, drawn; other ways, and why there is none to the rest. */
export function PathCard({ versions, onUpdate }: PathCardProps) {
  const [to, setTo] = useState<string>();
  const plan = usePath(to);
  return (
    <Card className="path-card" component="section">
      <CardTitle>
        <Title headingLevel="h2" size="lg">
          The way to a release
        </Title>
      </CardTitle>
      <CardBody>
        <FormSelect
          aria-label="Release to go to"
          className="path-target"
          value={to ?? ''}
          onChange={(_event, version) => setTo(version === '' ? undefined : version)}
        >
          <FormSelectOption value="" label="The newest that can be reached" />
          {versions.map((version) => (
            <FormSelectOption key={version} value={version} label={version} />
          ))}
        </FormSelect>
        <QueryView query={plan} what="the way">
          {(data) => <Way plan={data} onUpdate={onUpdate} />}
        </QueryView>
      </CardBody>
    </Card>
  );
}

function Way({ plan, onUpdate }: { plan: PathPlan } & Omit<PathCardProps, 'versions'>) {
  const { product, from, to, path, notDirectly, runnersUp, refused } = plan;
  const hops = path?.hops.length ?? 0;
  // Of the others each is told when it is chosen.
  const told = path === null && to !== null ? refused.filter(({ version }) => version === to) : refused;
  return (
    <>
      {path === null ? (
        <p>
          {to === null
            ? `No newer release can be reached from ${product} ${from}.`
            : `There is no way from ${product} ${from} to ${to}.`}
        </p>
      ) : (
        <PathDrawing path={path} />
      )}
      {notDirectly.map(({ rule, reason }) => (
        <p key={rule}>Not in one step: {reason}</p>
      ))}
      {runnersUp.length > 0 && (
        <p>Other ways, the better first: {runnersUp.map((other) => wayOf(other)).join('; ')}.</p>
      )}
      {told.length > 0 && (
        <section aria-label="Refused releases">
          <Title headingLevel="h3" size="md">
            Refused
          </Title>
          <ul className="path-refused">
            {told.flatMap(({ version, because }) =>
              because.map((broken) => (
                <li key={`${version} ${broken.from} ${broken.to} ${broken.rule}`}>
                  <strong>{version}</strong>{' '}
                  {(broken.from !== from || broken.to !== version) && `${broken.from} to ${broken.to}: `}
                  {broken.reason} <span className="quiet">Rule: {broken.rule}</span>
                </li>
              )),
            )}
          </ul>
        </section>
      )}
      {to !== null && hops > 1 && (
        <p>
          <LockedButton needs="upgrades.prepare" onClick={() => onUpdate(to)}>
            Update to {to} over {hops} hops
          </LockedButton>
        </p>
      )}
    </>
  );
}
