import type { RehearsalLeg, RehearsedWay } from '@sealift/core/rehearsal';
import type { Cancel } from './cancel.ts';

/** Which minors are to be rehearsed, and with which releases' programs where the host names none. */
export interface RehearsalWish {
  readonly legs: readonly RehearsalLeg[];
  /** Digests of the markers of the releases that may bring programs, the one that is asked first first. */
  readonly releases: readonly string[];
}

/** Rehearsals of minors of Kubernetes on a copy of all that the cluster stores. */
export interface RehearsalsPort {
  /** What of the programs that it takes is not there, in words; empty where everything is. */
  lacking(wish: RehearsalWish, cancel: Cancel): Promise<readonly string[]>;
  /** Names how the cluster is set up now: another name where a rehearsal would begin from something else. */
  clusterNow(cancel: Cancel): Promise<string>;
  /**
   * Rehearses each leg in turn, on a copy that is thrown away; the cluster itself is only read.
   *
   * @param onStage told of what is done next, in words
   */
  rehearse(wish: RehearsalWish, onStage: (stage: string) => void, cancel: Cancel): Promise<RehearsedLegs>;
}

/** What was found, and of which cluster. */
export interface RehearsedLegs {
  /** As `clusterNow` named it before the copy was taken. */
  readonly cluster: string;
  readonly ways: readonly RehearsedWay[];
}
