import { type GatewayList, gatewayListSchema, type GatewayView } from '@sealift/core/api';
import { holdText, pausedText } from '@sealift/core/gateway';
import { allPages } from '../../client/all-pages.ts';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';

export const gatewaysUrl = '/api/v1/gateways';

/** Lists gateways. @throws PLATFORM_* */
export async function listGateways({ json }: { readonly json?: true }, context: CliContext): Promise<void> {
  const api = await connect(context);
  const pages = await allPages((after) =>
    api.get(`${gatewaysUrl}?after=${encodeURIComponent(after)}`, gatewayListSchema),
  );
  const list = { ...pages[0], gateways: pages.flatMap(({ gateways }) => gateways), next: null };
  if (json === true) return context.out(JSON.stringify(list));
  for (const line of listLines(list)) context.out(plainLine(line));
}

/** What a person reads of them. */
export function listLines({ gateways, invites, pauses, rollout }: GatewayList): string[] {
  return [
    ...gateways.flatMap(gatewayLines),
    ...(gateways.length === 0 ? ['No gateway is registered.'] : []),
    ...(rollout === null ? [] : [rolloutLine(rollout)]),
    ...pauses.map(({ paused, by, at, reason }) => {
      return `paused: ${pausedText(paused)}, by ${by} at ${at}${reason === '' ? '' : `: ${reason}`}`;
    }),
    ...invites.map(({ name, site, expiresAt }) => `invited: ${name} at ${site}, until ${expiresAt}`),
  ];
}

function gatewayLines({ name, site, state, version, wanted, seenAt, holds, failure, trouble }: GatewayView): string[] {
  const to = wanted === null || wanted === version ? '' : ` (to run ${wanted})`;
  const [hold] = holds;
  return [
    `${name}  ${site}  ${state}  ${version}${to}  ${seenAt === null ? 'never heard of' : `heard of at ${seenAt}`}`,
    ...(hold === undefined ? [] : [`  ${holdText(hold)}`]),
    ...(failure === null ? [] : [`  went back from ${failure.version} at ${failure.at}: ${failure.reason}`]),
    ...(trouble === null ? [] : [`  ${trouble}`]),
  ];
}

/** How far a version is. */
export function rolloutLine({
  version,
  release,
  total,
  proven,
  trying,
  failed,
}: NonNullable<GatewayList['rollout']>): string {
  const head = `${version} of release ${release}: ${proven} run it, ${total} may`;
  if (failed.length > 0) {
    return `${head}. HALTED: ${failed.join(', ')} went back from it. Mend what it names, then run sealift gateways retry.`;
  }
  return trying.length === 0 ? `${head}.` : `${head}; on their way: ${trying.join(', ')}.`;
}
