import { reasonOf } from '@sealift/core/errors';

/** Why a connection or an exchange over it failed. */
export type FailureKind =
  /** The name is unknown, or no network leads there. */
  | 'unreachable'
  /** Nothing listens there. */
  | 'refused'
  /** The way there is through a proxy, and that does not lead on. */
  | 'proxy'
  /** The proxy says no: it wants another login, or lets nobody through to that host. */
  | 'proxy-refused'
  | 'certificate-untrusted'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  /** The certificate is for other names. */
  | 'certificate-other-name'
  /** The other side speaks plain HTTP where TLS is expected. */
  | 'not-tls'
  /** TLS, but no version or algorithm in common, or the other side refused. */
  | 'handshake'
  /** What answers does not speak HTTP. */
  | 'not-http'
  | 'cut'
  /** Nothing moved for too long. */
  | 'silent'
  /** The whole exchange took too long. */
  | 'deadline'
  | 'cancelled'
  | 'other';

/** A failure of a connection as plain data; each client makes the error of its own catalogue out of it, with place and remedy. */
export class ConnectionFailure extends Error {
  override readonly name = 'ConnectionFailure';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? {} : { cause });
    this.kind = kind;
  }

  get aboutCertificate(): boolean {
    return this.kind.startsWith('certificate-');
  }

  /** The certificate is not valid now, whoever signed it. */
  get aboutTime(): boolean {
    return this.kind === 'certificate-expired' || this.kind === 'certificate-not-yet-valid';
  }

  /** What helps whichever server it is; undefined where only its client can say. */
  get remedy(): string | undefined {
    return remedies[this.kind];
  }
}

const remedies: Partial<Readonly<Record<FailureKind, string>>> = {
  'certificate-expired':
    "Renew the server's certificate, or set this machine's clock where that is wrong; verification is never turned off.",
  'certificate-not-yet-valid':
    "Set the clock of this machine or of the server's, or wait until the certificate begins; verification is never turned off.",
  'certificate-other-name':
    'Use the name that the certificate is for, or give the server one for the name in use; verification is never turned off.',
  'not-tls': 'Check the port: this one speaks plain HTTP.',
  'not-http': 'Check the port: what answers there is not an HTTP server, or one that expects HTTPS.',
  'proxy-refused':
    'Give the login of the proxy in HTTPS_PROXY or HTTP_PROXY (http://user:password@proxy:port), or have it let this host through.',
  proxy: 'Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and that the proxy lets this host through.',
};

/** Sorts what Node.js, its TLS or its HTTP parser failed with; the words are ours, as theirs advise on running Node.js. */
export function failureOf(error: unknown): ConnectionFailure {
  if (error instanceof ConnectionFailure) return error;
  const code = codeOf(error);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new ConnectionFailure('certificate-other-name', otherName(error), error);
  }
  const known = Object.hasOwn(words, code) ? words[code] : undefined;
  const [kind, reason] = known ?? byFamily(code, error);
  return new ConnectionFailure(kind, reason, error);
}

/** What a signal ended: `AbortSignal.timeout` is a deadline, any other a wish. */
export function endedBy(signal: AbortSignal, cause?: unknown): ConnectionFailure {
  const late = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
  return late
    ? new ConnectionFailure('deadline', 'it was not over in time', cause)
    : new ConnectionFailure('cancelled', 'it was cancelled', cause);
}

type Sorted = readonly [kind: FailureKind, reason: string];

const unresolved: Sorted = ['unreachable', 'its name is not known here'];
const unrouted: Sorted = ['unreachable', 'no network leads there'];
const selfSigned: Sorted = [
  'certificate-untrusted',
  'it is signed by itself, or by an authority that is not trusted here',
];
const unknownIssuer: Sorted = [
  'certificate-untrusted',
  'the authority that signed it is not trusted here, or the server does not send the certificates between',
];
const cut: Sorted = ['cut', 'the connection was cut'];
const notTls: Sorted = ['not-tls', 'it speaks plain HTTP there, not HTTPS'];

/** By code of the system (errno(3), getaddrinfo(3)), of OpenSSL (X509_STORE_CTX_get_error(3)) and of Node.js. */
const words: Readonly<Record<string, Sorted>> = {
  ENOTFOUND: unresolved,
  EAI_AGAIN: ['unreachable', 'the name server does not answer'],
  EHOSTUNREACH: unrouted,
  ENETUNREACH: unrouted,
  EHOSTDOWN: unrouted,
  ENETDOWN: unrouted,
  ETIMEDOUT: ['unreachable', 'it does not answer'],
  ECONNREFUSED: ['refused', 'the connection is refused; nothing listens there'],
  ECONNRESET: cut,
  ECONNABORTED: cut,
  EPIPE: cut,
  ERR_STREAM_PREMATURE_CLOSE: cut,
  ERR_STREAM_DESTROYED: cut,
  ABORT_ERR: ['cancelled', 'it was cancelled'],
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  SELF_SIGNED_CERT_IN_CHAIN: selfSigned,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
  CERT_UNTRUSTED: unknownIssuer,
  CERT_HAS_EXPIRED: ['certificate-expired', 'it has expired'],
  CERT_NOT_YET_VALID: ['certificate-not-yet-valid', 'it is not valid yet'],
  HOSTNAME_MISMATCH: ['certificate-other-name', 'it is for another name'],
  ERR_SSL_WRONG_VERSION_NUMBER: notTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: notTls,
  ERR_SSL_HTTP_REQUEST: notTls,
};

const certificateCodes = /^(?:CERT_|CRL_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|UNABLE_TO_|ERR_TLS_CERT)/;

function byFamily(code: string, error: unknown): Sorted {
  const own = reasonOf(error);
  // Older OpenSSL errors come as EPROTO with their reason in the text only.
  if (code === 'EPROTO' && /wrong version number|packet length too long|http request/i.test(own)) return notTls;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return ['handshake', `no TLS connection: ${lastPart(own)}`];
  if (certificateCodes.test(code)) return ['certificate-untrusted', own === '' ? code : own];
  if (code.startsWith('HPE_')) return ['not-http', 'what answers there does not speak HTTP'];
  if (code === 'ERR_PROXY_TUNNEL') return [isRefusal(error) ? 'proxy-refused' : 'proxy', own];
  return ['other', own === '' ? code : own];
}

/** Whether a proxy answered that it will not, as 407 and 403 say (RFC 9110, section 15.5); what it says of itself by 5xx passes. */
function isRefusal(error: unknown): boolean {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : Number.NaN;
  return status >= 400 && status < 500;
}

/** The readable part of an OpenSSL error, `4007…:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:…`. */
function lastPart(text: string): string {
  return /:SSL routines:[^:]*:([^:]+)/.exec(text)?.[1] ?? text;
}

/** Of several addresses that were tried, the first failure counts. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof AggregateError && error.errors.length > 0 ? codeOf(error.errors[0]) : '';
}

function otherName(error: unknown): string {
  const { host, cert } = error as { readonly host?: unknown; readonly cert?: { readonly subjectaltname?: unknown } };
  const names = typeof cert?.subjectaltname === 'string' ? cert.subjectaltname.slice(0, 300) : 'no name at all';
  return typeof host === 'string' ? `it is for ${names}, not for ${host}` : 'it is for another name';
}
