import { upgradeSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findUpgrade, upgradeUrl } from '../../client/current-upgrade.ts';
import { type Output, printUpgrade } from './print.ts';
import { usage } from './usage.ts';

interface AcceptOptions extends Output {
  readonly reason: string;
  readonly expires?: string;
  readonly id?: string;
}

/**
 * Accepts what one check found, for the objects that the last preflight names.
 *
 * @throws USAGE, RISK_NOT_ACCEPTABLE, PLATFORM_*
 */
export async function acceptRisk(check: string, options: AcceptOptions, context: CliContext): Promise<void> {
  const { reason, expires, id } = options;
  if (reason.trim() === '') throw usage('say why', '--reason');
  const ends = expires === undefined ? undefined : new Date(expires);
  if (ends !== undefined && Number.isNaN(ends.getTime())) {
    throw usage(`${JSON.stringify(expires)} is no time; give one such as 2026-12-01T18:00:00Z`, '--expires');
  }
  const api = await connect(context);
  const upgrade = await findUpgrade(api, id);
  const risk = upgrade.preflight.find(({ name }) => name === check)?.risk;
  if (risk === undefined) {
    const others = upgrade.preflight.flatMap((one) => (one.risk === undefined ? [] : [one.name]));
    const why = others.length === 0 ? 'nothing that it found can be' : `there are ${others.join(', ')}`;
    throw new SealiftError('RISK_NOT_ACCEPTABLE', { place: check, values: { check, reason: why } });
  }
  const body = { reason, objects: risk.objects, ...(ends === undefined ? {} : { expiresAt: ends.toISOString() }) };
  const after = await api.put(upgradeUrl(upgrade.id, 'risks', check), body, upgradeSchema);
  if (options.json === true) printUpgrade(after, options, context);
  else context.out(`Accepted ${check}, for ${risk.objects.join(', ')}: ${risk.consequence}`);
}

/** Takes an acceptance back. @throws NOT_FOUND, PLATFORM_* */
export async function withdrawRisk(
  check: string,
  options: Output & { readonly id?: string },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const { id } = await findUpgrade(api, options.id);
  const after = await api.delete(upgradeUrl(id, 'risks', check), upgradeSchema);
  if (options.json === true) printUpgrade(after, options, context);
  else context.out(`${check} is not accepted any more`);
}
