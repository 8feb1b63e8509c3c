import { defineErrors } from '../definition.ts';

/** Failures of an upgrade's engine and of its steps. */
export const upgradeErrors = defineErrors({
  UPGRADE_NOT_FOUND: {
    message: 'there is no confirmed upgrade {id}',
    hint: 'Use the id of one that was confirmed, as Update Management shows it, or leave it out for the one under way.',
    status: 404,
    exit: 1,
    next: 'needs-a-person',
  },
  UPGRADE_STATE_ILLEGAL: {
    message: 'an upgrade in the state {state} does not take {event}',
    hint: 'Look at the state of the upgrade; another person or the engine may have changed it meanwhile.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  RECORD_FORMAT_OTHER: {
    message: '{what} was written by another version of Sealift (format {found}; this version reads {format})',
    hint: 'Let the version that began the upgrade finish it, or abort the upgrade with a reason and start again from a new preview.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  RECORD_DAMAGED: {
    message: '{what} cannot be read: {reason}',
    hint: 'Find out who or what changed the store; abort the upgrade with a reason and start again from a new preview.',
    status: 409,
    exit: 2,
    next: 'needs-a-person',
  },
  UPGRADE_HASH_MISMATCH: {
    message: 'the stored plan of upgrade {id} is not the one that was approved',
    hint: 'Nothing was done with it. Find out who changed the store, and start the upgrade again from a new preview.',
    status: 409,
    exit: 2,
    next: 'fatal',
  },
  LEASE_LOST: {
    message: 'another process has taken over the upgrade lease (epoch {epoch} is no longer the newest)',
    hint: 'Nothing to do: the other process goes on with the upgrade, and this one has stopped acting.',
    status: 409,
    exit: 1,
    next: 'wait',
  },
  STEP_UNSUPPORTED: {
    message: 'this version of Sealift cannot do {what}',
    hint: 'Update the console to the version that the release asks for, then start the upgrade again.',
    status: 422,
    exit: 1,
    next: 'needs-a-person',
  },
  PLAN_INCOMPLETE: {
    message: 'step {step} of the plan lacks {what}',
    hint: 'Start the upgrade again from a new preview; if it happens again, report the plan.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  STEP_DEADLINE: {
    message: 'step {step} did not finish within {minutes} minutes; it was waiting for: {waitingFor}',
    hint: 'Mend what it was waiting for, then resume the upgrade: it goes on where it stopped.',
    status: 504,
    exit: 1,
    next: 'needs-a-person',
  },
  TEMPLATE_OTHER_CONTENT: {
    message: 'the template {template} in vCenter holds {found}, and the release needs {expected}',
    hint: 'Rename or remove that template: an upgrade that waits for it imports the right one and goes on by itself.',
    status: 409,
    exit: 2,
    next: 'wait',
  },
  TEMPLATE_UNPROVEN: {
    message: 'the template {template} in vCenter says neither which OVA nor which Kubernetes version it holds',
    hint: 'Rename or remove that template: an upgrade that waits for it imports the right one and goes on by itself.',
    status: 409,
    exit: 2,
    next: 'wait',
  },
});
