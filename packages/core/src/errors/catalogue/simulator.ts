import { defineErrors } from '../definition.ts';

/** Failures of the simulated vSphere cluster and of its client. */
export const simulatorErrors = defineErrors({
  SIMULATOR_UNREACHABLE: {
    message: 'the simulated cluster does not answer: {reason}',
    hint: 'Start it with `sealift simulator run`, on the same state folder as before; work in progress goes on by itself.',
    status: 503,
    exit: 1,
    next: 'retry',
  },
  SIMULATOR_REFUSED: {
    message: 'the simulated cluster refused the request: {reason}',
    hint: 'Correct what the reason names and ask again; nothing was changed.',
    status: 422,
    exit: 2,
    next: 'needs-a-person',
  },
  SIMULATOR_STATE_DAMAGED: {
    message: 'the state of the simulated cluster in {path} cannot be read: {reason}',
    hint: 'Start the simulator on an empty folder.',
    status: 500,
    exit: 2,
    next: 'fatal',
  },
  SIMULATOR_STATE_IN_USE: {
    message: 'another simulator (process {pid} on {host}) is using the state folder {path}',
    hint: 'Stop that process, or give this one another folder.',
    status: 409,
    exit: 1,
    next: 'wait',
  },
  SIMULATOR_CANNOT_LISTEN: {
    message: 'the simulator cannot listen on {address}: {reason}',
    hint: 'Give a free port on a loopback address, such as --listen 127.0.0.1:0.',
    status: 500,
    exit: 1,
    next: 'needs-a-person',
  },
});
