import { type GatewaysReadiness, judgeGateways } from '@sealift/core/gateway';
import { type SeenWait, waitingFor } from '@sealift/core/upgrade';
import type { StepDefinition } from './step.ts';

const shown = 10;

/** Has gateways upgrade themselves to what the release brings, and waits until every one is new enough that nobody holds. */
export const gateways: StepDefinition<'gateways'> = {
  // A newer gateway serves the release of before too; it is never made to go back.
  forward: {
    intent: ({ step: { target }, hop: { release } }) => ({ minimum: target.minimum, release }),
    async observe({ ports, step, hop: { release }, cancel }) {
      const { minimum } = step.target;
      const { asked, version, gateways: known } = await ports.gateways.status(release, cancel);
      const judged = judgeGateways(known, minimum, new Date());
      const { ready, heldAndFit, onTheirWay, stuck } = judged;
      if (onTheirWay.length === 0 && stuck.length === 0) {
        const evidence = { gateways: known.map((one) => `${one.name} ${one.version}`), held: [...heldAndFit] };
        return { state: 'done', message: doneText(judged, known.length), evidence };
      }
      if (!asked) return { state: 'act', message: `Asking ${known.length} gateways to go to ${version ?? minimum}` };
      const fraction = known.length === 0 ? 0 : (ready.length + heldAndFit.length) / known.length;
      if (stuck.length === 0) return { state: 'wait', wait: movingWait(judged, known.length), fraction };
      // What only a person can mend takes the time that it takes.
      return { state: 'wait', wait: stuckWait(judged), fraction, forPerson: true };
    },
    act: ({ ports, hop: { release }, cancel }) => ports.gateways.ask(release, cancel),
  },
};

function doneText({ heldAndFit }: GatewaysReadiness, count: number): string {
  if (count === 0) return 'No gateway is registered';
  const held = heldAndFit.length === 0 ? '' : `; ${named(heldAndFit)} held at versions that are new enough`;
  return `${count === 1 ? '1 gateway is' : `${count} gateways are`} new enough${held}`;
}

function movingWait({ ready, heldAndFit, onTheirWay }: GatewaysReadiness, count: number): SeenWait {
  const there = ready.length + heldAndFit.length;
  return waitingFor(`${there} of ${count} gateways are new enough; upgrading themselves: ${named(onTheirWay)}`);
}

function stuckWait({ stuck: [first, ...others] }: GatewaysReadiness): SeenWait {
  const more = others.length === 0 ? '' : `; and ${others.length} gateways more`;
  return waitingFor(`${first?.reason ?? ''}${more}`, {
    level: 'blocked',
    impact: 'the upgrade goes on when every gateway is new enough',
    object: { kind: 'Gateway', name: first?.name ?? '' },
    remedy: first?.remedy ?? null,
  });
}

function named(names: readonly string[]): string {
  const rest = names.length > shown ? ` and ${names.length - shown} more` : '';
  return `${names.slice(0, shown).join(', ')}${rest}`;
}
