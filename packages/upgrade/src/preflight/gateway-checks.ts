import type { Check, CheckItem } from '@sealift/core/check';
import { judgeGateways } from '@sealift/core/gateway';
import { type Plan, stepsOf } from '@sealift/core/upgrade';
import type { GatewaysPort } from '../ports/gateways.ts';
import { block, type Finding, pass, runCheck, withItems } from './check.ts';

/** Every gateway is new enough for each hop, or will be by itself; whichever would hold the upgrade up is named with what holds it. */
export function gatewaysReady(gateways: GatewaysPort, plan: Plan): Promise<Check> {
  return runCheck('gateways', 'Gateways are new enough, or upgrade themselves first', async (cancel) => {
    const told: string[] = [];
    for (const { to, release, steps } of plan.hops) {
      for (const { target } of stepsOf(steps, 'gateways')) {
        const { version, gateways: known } = await gateways.status(release, cancel);
        if (known.length === 0) return pass('No gateway is registered');
        const { stuck, ready, heldAndFit, onTheirWay } = judgeGateways(known, target.minimum, new Date());
        if (stuck.length > 0) return blocked(stuck, to);
        told.push(
          `${to}: ${ready.length + heldAndFit.length} are new enough${onTheirWay.length === 0 ? '' : `, ${onTheirWay.length} go to ${version ?? target.minimum} first`}`,
        );
      }
    }
    return pass(told.length === 0 ? 'No step of the plan waits for gateways' : told.join('; '));
  });
}

function blocked(stuck: ReturnType<typeof judgeGateways>['stuck'], to: string): Finding {
  const [first] = stuck;
  const more = stuck.length > 1 ? `; and ${stuck.length - 1} more` : '';
  const items = stuck.map(
    ({ name, reason, remedy }): CheckItem => ({ place: `Gateway ${name}`, text: reason, remedy }),
  );
  return withItems(block(`${to}: ${first?.reason ?? ''}${more}`, first?.remedy ?? ''), items);
}
