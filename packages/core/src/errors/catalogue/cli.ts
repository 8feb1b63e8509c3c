import { defineErrors } from '../definition.ts';

/** Failures of the command line itself and of its talk with a console. */
export const cliErrors = defineErrors({
  CANCELLED: {
    message: 'stopped on request',
    hint: 'Run it again when you are ready; nothing was left half-written.',
    status: 499,
    exit: 130,
    next: 'retry',
  },
  PLATFORM_UNKNOWN: {
    message: 'it is not known which console to talk to',
    hint: 'Run `sealift login URL` once, or set SEALIFT_URL and SEALIFT_TOKEN.',
    status: 400,
    exit: 1,
    next: 'needs-a-person',
  },
  PLATFORM_URL_INVALID: {
    message: '{url} is not the address of a console: {reason}',
    hint: 'Give an address such as https://console.example; plain HTTP is used only on the machine itself (127.0.0.1, ::1, localhost).',
    status: 400,
    exit: 1,
    next: 'needs-a-person',
  },
  PLATFORM_UNREACHABLE: {
    message: 'the console at {url} cannot be reached: {reason}',
    hint: 'Check that it runs, its address, and the proxy and CA variables (HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS).',
    status: 502,
    exit: 1,
    next: 'retry',
  },
  PLATFORM_LOGIN_REFUSED: {
    message: 'the console at {url} does not accept the token',
    hint: 'Make a new API token in the console (Administration, API Tokens) and run `sealift login` again.',
    status: 401,
    exit: 1,
    next: 'needs-a-person',
  },
  PLATFORM_ANSWER_INVALID: {
    message: 'the console at {url} gave an answer that is not of its API: {reason}',
    hint: 'Check that the address is that of a Sealift console and that its version fits this sealift.',
    status: 502,
    exit: 1,
    next: 'needs-a-person',
  },
  PLATFORM_REFUSED: {
    message: '{detail}',
    hint: '{hint}',
    status: 502,
    exit: 1,
    next: 'needs-a-person',
  },
  PROFILE_INVALID: {
    message: 'the login profile {path} cannot be used: {reason}',
    hint: 'Run `sealift login URL` again.',
    status: 400,
    exit: 1,
    next: 'needs-a-person',
  },
  UPGRADE_NOT_SUCCEEDED: {
    message: 'the upgrade {id} ended as {state}: {reason}',
    hint: 'Run `sealift upgrade show` for each step, or look at Update Management in the console.',
    status: 409,
    exit: 3,
    next: 'needs-a-person',
  },
  UPGRADE_BLOCKED: {
    message: 'the upgrade cannot be confirmed yet: {reason}',
    hint: 'Settle what is named, with `sealift upgrade resolve` for conflicts, then confirm again.',
    status: 409,
    exit: 3,
    next: 'needs-a-person',
  },
  EXECUTABLE_INCOMPLETE: {
    message: '`{command}` is not part of the single-file executable',
    hint: 'Run it from a checkout with `npx sealift`.',
    status: 501,
    exit: 1,
    next: 'needs-a-person',
  },
});
