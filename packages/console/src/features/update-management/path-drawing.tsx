import { Label } from '@patternfly/react-core';
import type { PathHop, PlannedPath } from '@sealift/core/planner';
import { timeText, times } from './way-text.ts';

/** A path as a line of releases, with what lies between each two of them. */
export function PathDrawing({ path }: { path: PlannedPath }) {
  const { hops, rollouts, machines, risks, time } = path;
  return (
    <>
      <ol className="path" aria-label="Hops">
        <li className="path-release">
          <strong>{hops[0]?.from}</strong> <span className="quiet">Kubernetes {hops[0]?.nodeImage.kubernetesFrom}</span>
        </li>
        {hops.map((hop) => (
          <li key={hop.to} className="path-hop">
            <Needs hop={hop} />
            <div className="path-release">
              <strong>{hop.to}</strong> <span className="quiet">Kubernetes {hop.nodeImage.kubernetesTo}</span>
            </div>
          </li>
        ))}
      </ol>
      <p>
        {hops.length} {hops.length === 1 ? 'hop' : 'hops'}: the control plane is rolled{' '}
        {times(rollouts['control-plane'])}, workers {times(rollouts.workers)}
        {machines !== null && `, ${machines} machines replaced`}. Time: {timeText(time)}.
        {risks.length > 0 && ` Risks to accept: ${risks.join(', ')}.`}
      </p>
    </>
  );
}

function Needs({ hop }: { hop: PathHop }) {
  const { nodeImage, rollouts, providers, gateways, contentPresent, risk, time } = hop;
  const who = { 'control-plane': 'Control plane', workers: 'Workers' } as const;
  return (
    <ul className="path-needs">
      {providers !== null && <li>Cluster API {providers} first</li>}
      {gateways !== null && <li>Gateways at {gateways} or newer</li>}
      <li>{nodeImage.needed ? `Node image ${nodeImage.ova ?? ''}` : 'Node image stays'}</li>
      {rollouts.map(({ group, kubernetes }) => (
        <li key={`${group} ${kubernetes}`}>
          {who[group]} to {kubernetes}
        </li>
      ))}
      {risk !== undefined && (
        <li>
          Risk {risk.name} ({risk.severity})
        </li>
      )}
      <li>
        <Label isCompact variant="outline" {...(contentPresent === true ? { status: 'success' } : {})}>
          {contentPresent === true ? 'All content is in the registry' : 'Content was not looked for'}
        </Label>
      </li>
      <li>Time: {timeText(time)}</li>
    </ul>
  );
}
