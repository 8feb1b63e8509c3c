import { defineErrors } from '../definition.ts';

/** Failures that belong to no one part of the product. */
export const generalErrors = defineErrors({
  INPUT_INVALID: {
    message: '{what} is not valid: {reason}',
    hint: 'Correct the value at the place named and try again.',
    status: 400,
    exit: 2,
    next: 'needs-a-person',
  },
  INPUT_TOO_LARGE: {
    message: '{what} is larger than the {limitBytes} bytes allowed',
    hint: 'Check that this is the file you meant; a smaller one is expected here.',
    status: 413,
    exit: 2,
    next: 'needs-a-person',
  },
  PROXY_INVALID: {
    message: '{variable} does not name a proxy that can be used: {reason}',
    hint: 'Give it as http://host:port or https://host:port, or name the hosts to be reached without it in NO_PROXY.',
    status: 500,
    exit: 1,
    next: 'needs-a-person',
  },
  USAGE: {
    message: '{reason}',
    hint: 'Run the command with --help to see what it takes.',
    status: 400,
    exit: 1,
    next: 'needs-a-person',
  },
  FILE_NOT_FOUND: {
    message: 'there is no file {path}',
    hint: 'Check the path; it is read relative to the folder you are in.',
    status: 404,
    exit: 1,
    next: 'needs-a-person',
  },
  FILE_UNREADABLE: {
    message: '{path} cannot be read: {reason}',
    hint: 'Check the permissions of the file and of the folders above it.',
    status: 500,
    exit: 1,
    next: 'needs-a-person',
  },
  FILE_UNWRITABLE: {
    message: '{path} cannot be written: {reason}',
    hint: 'Check the permissions and the free space of the folder, then run it again; nothing was left half-written.',
    status: 500,
    exit: 1,
    next: 'needs-a-person',
  },
  // An upgrade waits for room, and goes on.
  FILE_NO_ROOM: {
    message: '{path} cannot be written, as there is no room left: {reason}',
    hint: 'Make room in the file system of that folder. What waits for it goes on by itself; anything else is to be run again. Nothing was left half-written.',
    status: 507,
    exit: 1,
    next: 'wait',
  },
  INTERNAL: {
    message: 'something unexpected happened: {reason}',
    hint: 'This is a defect of Sealift. Keep the output and report it.',
    status: 500,
    exit: 70,
    next: 'fatal',
  },
});
