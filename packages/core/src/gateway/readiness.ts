import { compareVersions } from '../version/version.ts';
import { holdText, type Pause, resumeCommand } from './hold.ts';

/** A gateway as the engine sees it before a hop. */
export interface GatewayStatus {
  readonly name: string;
  readonly site: string;
  readonly version: string;
  /** What it is to run; null where the release brings nothing for its platform. */
  readonly wanted: string | null;
  readonly holds: readonly Pause[];
  /** Why it is back at the version before; null where it has not failed. */
  readonly failure: string | null;
  /** When it was heard of last; null for one that only registered. */
  readonly seenAt: string | null;
}

/** A gateway that an upgrade cannot begin with, or does not wait for, with the way on. */
export interface GatewayObstacle {
  readonly name: string;
  readonly reason: string;
  readonly remedy: string;
}

/** How gateways stand before a hop. */
export interface GatewaysReadiness {
  /** They run what they are to run. */
  readonly ready: readonly string[];
  /** Somebody holds them, and they are new enough. */
  readonly heldAndFit: readonly string[];
  /** They go on by themselves. */
  readonly onTheirWay: readonly string[];
  /** Only a person can help. */
  readonly stuck: readonly GatewayObstacle[];
}

/** Judges gateways against the oldest with which a hop may begin. Each is in one of the four lists. */
export function judgeGateways(gateways: readonly GatewayStatus[], minimum: string, now: Date): GatewaysReadiness {
  const ready: string[] = [];
  const heldAndFit: string[] = [];
  const onTheirWay: string[] = [];
  const stuck: GatewayObstacle[] = [];
  for (const gateway of gateways) {
    const { name, version, wanted, holds, failure } = gateway;
    const isFit = compareVersions(version, minimum) >= 0;
    const isCurrent = isFit && (wanted === null || compareVersions(version, wanted) >= 0);
    const [hold] = holds;
    if (isCurrent) ready.push(name);
    else if (failure !== null) stuck.push(failedObstacle(name, version, failure));
    else if (hold !== undefined && isFit) heldAndFit.push(name);
    else if (hold !== undefined) {
      stuck.push({
        name,
        reason: `${name} runs ${version}, older than ${minimum}, and is ${holdText(hold)}`,
        remedy: `Let it go on with \`${resumeCommand(hold.paused)}\`, or remove it with \`sealift gateways remove ${name}\`.`,
      });
    } else if (wanted === null || compareVersions(wanted, minimum) < 0) {
      stuck.push({
        name,
        reason: `${name} runs ${version}, older than ${minimum}, and the release brings no newer executable for its platform`,
        remedy: `Put a newer executable on ${name} by hand, or remove it with \`sealift gateways remove ${name}\`.`,
      });
    } else if (isSilent(gateway, now)) stuck.push(silentObstacle(gateway));
    else onTheirWay.push(name);
  }
  return { ready, heldAndFit, onTheirWay, stuck };
}

/** One that was not heard of for so long, three polls of a quarter of an hour, is silent. */
export const silentAfterMs = 46 * 60_000;

function isSilent({ seenAt }: GatewayStatus, now: Date): boolean {
  return seenAt === null || now.getTime() - Date.parse(seenAt) > silentAfterMs;
}

function silentObstacle({ name, version, seenAt }: GatewayStatus): GatewayObstacle {
  const since = seenAt === null ? 'it was never heard of since it registered' : `it was last heard of at ${seenAt}`;
  return {
    name,
    reason: `${name} runs ${version} and cannot upgrade itself: ${since}`,
    remedy: `Start it, or mend its way to the console; where it is gone for good, run \`sealift gateways remove ${name}\`.`,
  };
}

function failedObstacle(name: string, version: string, failure: string): GatewayObstacle {
  return {
    name,
    reason: `${name} tried the new version and went back to ${version}: ${failure}`,
    remedy: `Read its log below failed/ in its data folder, mend what it names, then run \`sealift gateways retry\`; or pause or remove ${name}.`,
  };
}
