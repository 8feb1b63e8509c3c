import type { FrozenUpgrade, Hop, PlanStep, StepKind } from '@sealift/core/plan';
import type { Cancel, Ports } from '../ports.ts';

/** What a step may know and touch. */
export interface StepContext {
  readonly upgradeId: string;
  readonly upgrade: FrozenUpgrade;
  readonly hop: Hop;
  readonly step: PlanStep;
  readonly ports: Ports;
  readonly cancel: Cancel;
  /** Tells how far a long effect is (0 to 1) and what it does. */
  readonly report: (fraction: number, message: string) => void;
}

/**
 * What a step finds when it looks.
 * - `done`: the postcondition holds; `evidence` proves it.
 * - `act`: the desired state is not asked for yet, and can be.
 * - `wait`: it is asked for and on its way, or something else must come first.
 */
export type Observation =
  | { readonly state: 'done'; readonly message: string; readonly evidence: Readonly<Record<string, unknown>> }
  | { readonly state: 'act' | 'wait'; readonly message: string; readonly fraction: number };

/** One kind of step. Running it again at any point ends in the same state. */
export interface StepDefinition {
  readonly kind: StepKind;
  /** What will be done: goes to the journal before the effect. */
  intent(context: StepContext): Readonly<Record<string, unknown>>;
  /** Looks only. */
  observe(context: StepContext): Promise<Observation>;
  /** Asks for the desired state; called only after `observe` said `act`. */
  act(context: StepContext): Promise<void>;
  /** Takes the effect back in place, where that is possible without the backup. */
  undo?(context: StepContext): Promise<void>;
}
