import { z } from 'zod';
import { SealiftError } from '../../errors/sealift-error.ts';

/** What a person can do to an upgrade. */
export const personEvents = ['confirm', 'pause', 'resume', 'abort'] as const;
export type PersonEvent = (typeof personEvents)[number];

/** What the engine comes to by itself. */
const engineEvents = ['take-up', 'finish', 'end', 'fail', 'need-person'] as const;
export type UpgradeEvent = PersonEvent | (typeof engineEvents)[number];

/** What is true of an upgrade in one state, and what may come next. */
interface StateFacts {
  /** In a word or two, for people. */
  readonly label: string;
  /** How it is to be seen, at a glance. */
  readonly tone: 'neutral' | 'info' | 'success' | 'warning' | 'danger';
  /** What this state means for the one who looks; empty where the progress says it. */
  readonly meaning: string;
  /** Nobody but this upgrade changes the site. */
  readonly locksConsole: boolean;
  /** An engine has to work on it. */
  readonly needsEngine: boolean;
  /** It stands where it is until a person decides. */
  readonly needsPerson: boolean;
  /** Its layers and its plan may still be changed. */
  readonly editable: boolean;
  /** Each event that may happen, and the state it leads to. A state without any is final. */
  readonly on: Readonly<Partial<Record<UpgradeEvent, UpgradeState>>>;
}

export const upgradeStates = [
  'draft',
  'ready',
  'running',
  'paused',
  'succeeded',
  'aborting',
  'aborted',
  'failed',
  'needs-human',
] as const;
export const upgradeStateSchema = z.enum(upgradeStates);
export type UpgradeState = z.infer<typeof upgradeStateSchema>;

const open = { locksConsole: false, needsEngine: false, needsPerson: false, editable: false, meaning: '' } as const;
const locked = { ...open, locksConsole: true } as const;
const moving = { ...locked, needsEngine: true, tone: 'info' } as const;

/**
 * The life of an upgrade, once: engine, store, API, command line and pages ask this table and list no states themselves. A further
 * state, such as one between the last node and the point of no return, is one more entry here.
 */
export const lifecycle: Readonly<Record<UpgradeState, StateFacts>> = {
  draft: { ...open, label: 'Preview', tone: 'neutral', editable: true, on: { confirm: 'ready' } },
  // Nothing is begun yet: an abort ends it at once.
  ready: { ...moving, label: 'Confirmed', on: { 'take-up': 'running', abort: 'aborted' } },
  running: {
    ...moving,
    label: 'Running',
    on: {
      pause: 'paused',
      abort: 'aborting',
      finish: 'succeeded',
      // Everything that was begun is taken back.
      fail: 'failed',
      'need-person': 'needs-human',
    },
  },
  paused: {
    ...locked,
    label: 'Paused',
    tone: 'warning',
    meaning: 'The upgrade is paused; it goes on from this step when it is resumed.',
    on: { resume: 'running', abort: 'aborting' },
  },
  succeeded: { ...open, label: 'Succeeded', tone: 'success', on: {} },
  aborting: {
    ...moving,
    label: 'Aborting',
    tone: 'warning',
    meaning: 'The upgrade stops at the next safe point.',
    on: { end: 'aborted', 'need-person': 'needs-human' },
  },
  aborted: {
    ...open,
    label: 'Aborted',
    tone: 'warning',
    meaning: 'The upgrade was aborted. What the steps below did stays as it is.',
    on: {},
  },
  failed: {
    ...open,
    label: 'Failed',
    tone: 'danger',
    meaning: 'The upgrade failed. The steps below say how far it got.',
    on: {},
  },
  // A person mends the cause and resumes, or ends it with a reason; then what was done stays.
  'needs-human': {
    ...locked,
    label: 'Needs a person',
    tone: 'danger',
    meaning: 'The upgrade needs a person: the console stays locked until the cause is dealt with.',
    needsPerson: true,
    on: { resume: 'running', abort: 'aborted' },
  },
};

/**
 * The state that follows: the one transition function of the product.
 *
 * @throws UPGRADE_STATE_ILLEGAL when the event cannot happen in that state
 */
export function next(state: UpgradeState, event: UpgradeEvent): UpgradeState {
  const after = lifecycle[state].on[event];
  if (after === undefined) {
    throw new SealiftError('UPGRADE_STATE_ILLEGAL', { values: { state: lifecycle[state].label, event } });
  }
  return after;
}

/** Whether nothing can follow. */
export function isFinal(state: UpgradeState): boolean {
  return Object.keys(lifecycle[state].on).length === 0;
}

/** What a person may do to an upgrade in this state. */
export function offers(state: UpgradeState): readonly PersonEvent[] {
  return personEvents.filter((event) => lifecycle[state].on[event] !== undefined);
}

/** The states of which something is true, for queries. */
export function statesWhere(holds: (facts: StateFacts) => boolean): readonly UpgradeState[] {
  return upgradeStates.filter((state) => holds(lifecycle[state]));
}
