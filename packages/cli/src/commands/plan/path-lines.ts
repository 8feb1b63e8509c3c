import type { PathHop, PathPlan, PlannedPath } from '@sealift/core/planner';
import { rangeText } from '../upgrade/usual-time.ts';

/** A planned way for people: the path, hop by hop, then the others and what is refused. */
export function pathLines({ product, from, to, path, notDirectly, runnersUp, refused }: PathPlan): string[] {
  return [
    ...(path === null ? [noPath({ product, from, to })] : chosen(product, path)),
    ...notDirectly.map(({ rule, reason }) => `not in one step: ${reason} (${rule})`),
    ...runnersUp.map((other) => `another way: ${wayOf(other)}: ${costOf(other)}`),
    ...refused.flatMap(({ version, because }) =>
      because.map((broken) => {
        const step = broken.from === from && broken.to === version ? '' : `${broken.from} to ${broken.to}: `;
        return `refused: ${version}: ${step}${broken.reason} (${broken.rule})`;
      }),
    ),
  ];
}

function noPath({ product, from, to }: Pick<PathPlan, 'product' | 'from' | 'to'>): string {
  if (to === null) return `${product} ${from}: no newer release can be reached`;
  return to === from ? `${product} ${from} is where it begins` : `${product} ${from} to ${to}: there is no way`;
}

function chosen(product: string, path: PlannedPath): string[] {
  return [`${product} ${wayOf(path)}: ${costOf(path)}`, ...path.hops.flatMap((hop, index) => hopLines(hop, index + 1))];
}

function wayOf({ hops }: PlannedPath): string {
  return [hops[0]?.from ?? '', ...hops.map(({ to }) => to)].join(' to ');
}

function costOf({ hops, rollouts, machines, risks, time }: PlannedPath): string {
  return [
    counted(hops.length, 'hop'),
    `the control plane rolled ${times(rollouts['control-plane'])}, workers ${times(rollouts.workers)}`,
    ...(machines === null ? [] : [`${counted(machines, 'machine')} replaced`]),
    ...(risks.length === 0 ? [] : [`with the risk ${risks.join(', ')}`]),
    `time ${rangeText(time)}`,
  ].join('; ');
}

function hopLines(hop: PathHop, place: number): string[] {
  const { from, to, reason, risk, nodeImage, rollouts, providers, gateways, contentPresent, time } = hop;
  const needs = [
    ...(providers === null ? [] : [`Cluster API ${providers}, which is installed first`]),
    ...(gateways === null ? [] : [`every gateway at ${gateways} or newer`]),
  ];
  const rolls = rollouts.map(({ group, kubernetes }) => `${group} to Kubernetes ${kubernetes}`);
  return [
    `${place}. ${from} to ${to}: ${reason}`,
    ...(risk === undefined ? [] : [`   risk ${risk.name} (${risk.severity}): ${risk.text}`]),
    `   node image: ${nodeImage.reason}`,
    ...(rolls.length === 0 ? [] : [`   rolls: ${rolls.join(', then ')}`]),
    ...(needs.length === 0 ? [] : [`   needs: ${needs.join('; ')}`]),
    `   content: ${contentPresent === null ? 'not looked for' : contentPresent ? 'all of it is in the registry' : 'not all in the registry'}`,
    `   time: ${rangeText(time)}`,
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
