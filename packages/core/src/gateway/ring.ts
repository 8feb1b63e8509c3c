import { compareVersions } from '../version/version.ts';

/** What is decided by of one gateway; `granted` where it was let go to the wanted version, in this attempt. */
export interface RingMember {
  readonly name: string;
  readonly version: string;
  readonly held: boolean;
  readonly granted: boolean;
  /** It has tried the wanted version in this attempt, and is back at the one before. */
  readonly failed: boolean;
}

/** What a rollout comes to. `total` counts those that nobody holds. */
export interface RingState {
  readonly total: number;
  /** They run the wanted version or a newer one. */
  readonly proven: number;
  /** They were let go and have not come up yet. */
  readonly trying: readonly string[];
  /** Where any has failed nobody else is let go. */
  readonly failed: readonly string[];
  /** Whether the first ring runs it, so that all may. */
  readonly isOpen: boolean;
}

/** The part of the gateways that tries a version before the others do. */
const firstPart = 0.01;

/** How many gateways may run a version before it is proved on as many: a hundredth, and one at least. */
export function firstRing(total: number): number {
  return Math.max(1, Math.floor(total * firstPart));
}

/** Where a rollout to a version stands. */
export function ringState(members: readonly RingMember[], wanted: string): RingState {
  const arrived = (member: RingMember): boolean => compareVersions(member.version, wanted) >= 0;
  const free = members.filter(({ held }) => !held);
  const proven = members.filter(arrived).length;
  const failed = members.filter((one) => one.failed && !arrived(one)).map(({ name }) => name);
  const trying = members.filter((one) => one.granted && !one.failed && !arrived(one)).map(({ name }) => name);
  return { total: free.length, proven, failed, trying, isOpen: proven >= firstRing(free.length) };
}

/**
 * Whether a gateway may go to the wanted version now. One that was let go stays so; nobody is once one has failed; and until the first ring has
 * come up, no more than that ring may be on their way.
 */
export function mayGo(member: RingMember, state: RingState): boolean {
  if (state.failed.length > 0 || member.failed) return false;
  if (member.granted) return true;
  return !member.held && (state.isOpen || state.proven + state.trying.length < firstRing(state.total));
}
