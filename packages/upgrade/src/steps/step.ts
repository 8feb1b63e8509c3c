import type { FrozenUpgrade, Hop, MachineCount, SeenWait, StepDetails, StepKind, StepOf } from '@sealift/core/upgrade';
import type { Cancel } from '../ports/cancel.ts';
import type { Ports } from '../ports/ports.ts';

/** What a step of a kind may know and touch. */
export interface StepContext<Kind extends StepKind = StepKind> {
  readonly upgradeId: string;
  readonly upgrade: FrozenUpgrade;
  readonly hop: Hop;
  /** The hop's place in the plan, from 0. */
  readonly hopIndex: number;
  readonly step: StepOf<Kind>;
  readonly ports: Ports;
  /** Ends with the process, with the lease, and when the step is left. */
  readonly cancel: Cancel;
  /** Tells how far a long effect is (0 to 1) and what it does. */
  readonly report: (fraction: number, wait: SeenWait) => void;
}

/**
 * What a step finds when it looks.
 * - `done`: the postcondition holds; `evidence` proves it.
 * - `act`: the desired state is not asked for yet, and can be.
 * - `wait`: it is asked for and on its way, or something else must come first; `busy` while work of this process goes on, which a pause lets
 *   end and an abort ends.
 */
export type Observation =
  | { readonly state: 'done'; readonly message: string; readonly evidence: StepDetails }
  | { readonly state: 'act'; readonly message: string }
  | {
      readonly state: 'wait';
      readonly wait: SeenWait;
      readonly fraction: number;
      /** Of a step that replaces machines. */
      readonly machines?: MachineCount;
      readonly busy?: boolean | undefined;
      /** A person takes the time that it takes: it has no deadline. */
      readonly forPerson?: true;
    };

/** One direction of a step. Running it again at any point ends in the same state. */
export interface StepDirection<Kind extends StepKind = StepKind> {
  /** What will be done: goes to the journal before the effect. */
  intent(context: StepContext<Kind>): StepDetails;
  /** Looks only. */
  observe(context: StepContext<Kind>): Promise<Observation>;
  /** Asks for the desired state; called only after `observe` said `act`. */
  act(context: StepContext<Kind>): Promise<void>;
}

/** One kind of step: how it is done and, where it can be taken back in place without the backup, how that is done. */
export interface StepDefinition<Kind extends StepKind = StepKind> {
  readonly forward: StepDirection<Kind>;
  readonly back?: StepDirection<Kind>;
  /** Lets go of what the step holds of others while it is under way, when the upgrade ends before it; what it changed stands. May be run again. */
  letGo?(context: StepContext<Kind>): Promise<void>;
}
