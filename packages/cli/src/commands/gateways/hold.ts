import { gatewayListSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { type Paused, pausedText } from '@sealift/core/gateway';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { gatewaysUrl, rolloutLine } from './list.ts';

export interface HoldOptions {
  readonly site?: string;
  readonly all?: true;
  readonly reason?: string;
  readonly json?: true;
}

/** Holds gateways at their version. @throws USAGE, NOT_FOUND, PLATFORM_* */
export async function pauseGateways(
  name: string | undefined,
  options: HoldOptions,
  context: CliContext,
): Promise<void> {
  const paused = which(name, options);
  const { reason = '', json } = options;
  const list = await (await connect(context)).post(`${gatewaysUrl}/pause`, { paused, reason }, gatewayListSchema);
  context.out(json === true ? JSON.stringify(list) : `Upgrades are paused for ${pausedText(paused)}.`);
}

/** Lets them go on. @throws USAGE, NOT_FOUND, PLATFORM_* */
export async function resumeGateways(
  name: string | undefined,
  options: HoldOptions,
  context: CliContext,
): Promise<void> {
  const paused = which(name, options);
  const list = await (await connect(context)).post(`${gatewaysUrl}/resume`, { paused }, gatewayListSchema);
  if (options.json === true) return context.out(JSON.stringify(list));
  context.out(`Upgrades of ${pausedText(paused)} are no longer paused.`);
  const rest = list.gateways.filter((one) => one.holds.length > 0 && concerns(paused, one));
  for (const { name: held, holds } of rest) {
    context.out(`${held} stays held: ${holds.map((hold) => pausedText(hold.paused)).join(', ')}.`);
  }
}

/** Has gateways go to what a release brings. @throws RELEASE_UNKNOWN, GATEWAY_RELEASE_*, PLATFORM_* */
export async function rollOutGateways(
  release: string,
  { json }: { readonly json?: true },
  context: CliContext,
): Promise<void> {
  const list = await (await connect(context)).post(`${gatewaysUrl}/rollout`, { release }, gatewayListSchema);
  if (json === true) return context.out(JSON.stringify(list));
  if (list.rollout !== null) context.out(rolloutLine(list.rollout));
}

/** Has a failed version tried again. @throws PLATFORM_* */
export async function retryGateways({ json }: { readonly json?: true }, context: CliContext): Promise<void> {
  const list = await (await connect(context)).post(`${gatewaysUrl}/retry`, {}, gatewayListSchema);
  if (json === true) return context.out(JSON.stringify(list));
  const { rollout } = list;
  context.out(rollout === null ? 'No release brings gateways anything to run.' : `${rollout.version} is tried again.`);
}

function concerns(paused: Paused, { name, site }: { readonly name: string; readonly site: string }): boolean {
  if (paused.level === 'global') return true;
  return paused.name === (paused.level === 'site' ? site : name);
}

function which(name: string | undefined, { site, all }: HoldOptions): Paused {
  const given: readonly Paused[] = [
    ...(name === undefined ? [] : [{ level: 'gateway', name } as const]),
    ...(site === undefined ? [] : [{ level: 'site', name: site } as const]),
    ...(all === true ? [{ level: 'global' } as const] : []),
  ];
  const [one] = given;
  if (one !== undefined && given.length === 1) return one;
  throw new SealiftError('USAGE', { values: { reason: 'give the name of a gateway, or --site NAME, or --all' } });
}
