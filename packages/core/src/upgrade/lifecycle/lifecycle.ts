import { z } from 'zod';
import { SealiftError } from '../../errors/sealift-error.ts';

/** What a person can do to an upgrade. */
export const personEvents = ['confirm', 'pause', 'resume', 'rollback', 'abort'] as const;
export type PersonEvent = (typeof personEvents)[number];

/** What the engine comes to by itself. */
const engineEvents = ['take-up', 'finish', 'end', 'fail', 'turn-back', 'need-person'] as const;
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
  /** It has ended: nothing follows, unless a person has it taken back. */
  readonly ended: boolean;
  /** What it did is being taken back, or was. */
  readonly goesBack: boolean;
  /** Each event that may happen, and the state it leads to. */
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
  'rolling-back',
  'rollback-paused',
  'rollback-needs-human',
  'rolled-back',
] as const;
export const upgradeStateSchema = z.enum(upgradeStates);
export type UpgradeState = z.infer<typeof upgradeStateSchema>;

const quiet = {
  needsEngine: false,
  needsPerson: false,
  editable: false,
  ended: false,
  goesBack: false,
  meaning: '',
} as const;
const open = { ...quiet, locksConsole: false } as const;
const over = { ...open, ended: true } as const;
const locked = { ...quiet, locksConsole: true } as const;
const moving = { ...locked, needsEngine: true, tone: 'info' } as const;
const back = { ...locked, goesBack: true } as const;

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
      // Nothing that was begun has changed the platform, and the console is open again.
      fail: 'failed',
      // What was begun is taken back, as was approved.
      'turn-back': 'rolling-back',
      'need-person': 'needs-human',
    },
  },
  paused: {
    ...locked,
    label: 'Paused',
    tone: 'warning',
    meaning: 'The upgrade is paused; it goes on from this step when it is resumed.',
    on: { resume: 'running', rollback: 'rolling-back', abort: 'aborting' },
  },
  succeeded: { ...over, label: 'Succeeded', tone: 'success', on: {} },
  aborting: {
    ...moving,
    label: 'Aborting',
    tone: 'warning',
    meaning: 'The upgrade stops at the next safe point, lets go of what it holds, and opens the console.',
    on: { end: 'aborted', 'need-person': 'needs-human' },
  },
  // Partly upgraded: a new upgrade goes on from there, or this one is taken back.
  aborted: {
    ...over,
    label: 'Aborted',
    tone: 'warning',
    meaning: 'The upgrade was aborted. What the steps below did stays as it is.',
    on: { rollback: 'rolling-back' },
  },
  failed: {
    ...over,
    label: 'Failed',
    tone: 'danger',
    meaning: 'The upgrade failed. The steps below say how far it got.',
    on: {},
  },
  // A person mends the cause and resumes, takes it back, or ends it with a reason; then what was done stays, and what is held of others is let go.
  'needs-human': {
    ...locked,
    label: 'Needs a person',
    tone: 'danger',
    meaning: 'The upgrade needs a person: the console stays locked until the cause is dealt with.',
    needsPerson: true,
    on: { resume: 'running', rollback: 'rolling-back', abort: 'aborting' },
  },
  'rolling-back': {
    ...back,
    needsEngine: true,
    label: 'Rolling back',
    tone: 'warning',
    meaning: 'What the upgrade did is being taken back, the last step first.',
    on: {
      pause: 'rollback-paused',
      abort: 'aborting',
      finish: 'rolled-back',
      'need-person': 'rollback-needs-human',
    },
  },
  'rollback-paused': {
    ...back,
    label: 'Rollback paused',
    tone: 'warning',
    meaning: 'The rollback is paused; it goes on from this step when it is resumed.',
    on: { resume: 'rolling-back', abort: 'aborting' },
  },
  // From here it goes on back only: who wants the new release after all ends it, and starts the upgrade again from what runs then.
  'rollback-needs-human': {
    ...back,
    label: 'Rollback needs a person',
    tone: 'danger',
    meaning: 'The rollback needs a person: the console stays locked until the cause is dealt with.',
    needsPerson: true,
    on: { resume: 'rolling-back', abort: 'aborting' },
  },
  'rolled-back': {
    ...over,
    goesBack: true,
    label: 'Rolled back',
    tone: 'warning',
    meaning: 'The upgrade was rolled back: packs and values are those of before it. The list below says what stays.',
    on: {},
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

/** Whether it has ended, so that nothing follows by itself. */
export function isFinal(state: UpgradeState): boolean {
  return lifecycle[state].ended;
}

/** What a person may do to an upgrade in this state. */
export function offers(state: UpgradeState): readonly PersonEvent[] {
  return personEvents.filter((event) => lifecycle[state].on[event] !== undefined);
}

/** The states of which something is true, for queries. */
export function statesWhere(holds: (facts: StateFacts) => boolean): readonly UpgradeState[] {
  return upgradeStates.filter((state) => holds(lifecycle[state]));
}
