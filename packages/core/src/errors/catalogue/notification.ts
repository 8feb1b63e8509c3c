import { defineErrors } from '../definition.ts';

/** Webhooks and mail. */
export const notificationErrors = defineErrors({
  WEBHOOK_ADDRESS_NOT_ALLOWED: {
    message: 'webhooks may not go to {origin}',
    hint: 'Have a Root allow the address, in the console or with `sealift notifications allow`, or use one that is allowed.',
    status: 403,
    exit: 1,
    next: 'needs-a-person',
  },
  WEBHOOK_ADDRESS_LOCAL: {
    message: 'the webhook {origin} leads to {address}, which is this machine itself or a link-local address',
    hint: 'Correct the name, or have a Root allow that the address is a local one.',
    status: 403,
    exit: 1,
    next: 'needs-a-person',
  },
  WEBHOOK_UNREACHABLE: {
    message: 'the webhook {origin} cannot be reached: {reason}',
    hint: 'Check the address, the network path and the certificate; webhooks go there straight, past every proxy, and verification is never turned off.',
    status: 502,
    exit: 1,
    next: 'retry',
  },
  WEBHOOK_REFUSED: {
    message: 'the webhook {origin} answers {status}{said}',
    hint: 'Look into the log of the receiver: it has to answer 2xx, and redirects are not followed.',
    status: 502,
    exit: 1,
    next: 'retry',
  },
  MAIL_SERVER_MISSING: {
    message: 'no mail server is set',
    hint: 'Set one under SMTP and webhooks, or with `sealift notifications mail-server`.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
  MAIL_SERVER_UNREACHABLE: {
    message: 'the mail server {server} cannot be reached: {reason}',
    hint: 'Check name, port and the network path; the port of TLS from the start is usually 465, that of STARTTLS 587.',
    status: 502,
    exit: 1,
    next: 'retry',
  },
  MAIL_CERTIFICATE_UNTRUSTED: {
    message: 'the certificate of the mail server {server} is not trusted: {reason}',
    hint: 'Give the CA that signed it with the settings of the mail server, and the name that it is for; verification is never turned off.',
    status: 502,
    exit: 1,
    next: 'needs-a-person',
  },
  MAIL_NOT_ENCRYPTED: {
    message: 'the mail server {server} does not encrypt: {reason}',
    hint: 'Have the server offer STARTTLS, or choose the kind of encryption that its port speaks.',
    status: 502,
    exit: 1,
    next: 'needs-a-person',
  },
  MAIL_LOGIN_REFUSED: {
    message: 'the mail server {server} does not take the login of {user}: {said}',
    hint: 'Correct the user or the password of the mail server.',
    status: 502,
    exit: 1,
    next: 'needs-a-person',
  },
  MAIL_DEFERRED: {
    message: 'the mail server {server} does not take the mail to {recipient} now: {said}',
    hint: 'Wait: servers that do not know a sender yet take the second or third attempt. Notifications are sent again by themselves.',
    status: 502,
    exit: 1,
    next: 'retry',
  },
  MAIL_REFUSED: {
    message: 'the mail server {server} refuses the mail to {recipient}: {said}',
    hint: 'Correct what the server says: the recipient, the sender, or what the server lets this console do.',
    status: 502,
    exit: 1,
    next: 'needs-a-person',
  },
  DELIVERY_DONE: {
    message: 'this was delivered',
    hint: 'Nothing is to be done; send a test to try whether something arrives.',
    status: 409,
    exit: 1,
    next: 'needs-a-person',
  },
});
