import { asSealiftError, type ErrorCode, SealiftError } from '@sealift/core/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { linger } from '../connections/linger.ts';

/** The error codes of the OCI distribution-spec ("Error Codes") that this registry gives. */
export type OciCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DENIED'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'SIZE_INVALID'
  | 'TOOMANYREQUESTS'
  | 'UNAUTHORIZED'
  | 'UNKNOWN'
  | 'UNSUPPORTED';

/** A refusal that is the protocol's own: status, code and words. */
export class RegistryRefusal extends Error {
  readonly status: number;
  readonly code: OciCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: OciCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

const ociCodes: Readonly<Partial<Record<ErrorCode, { readonly status: number; readonly code: OciCode }>>> = {
  CONTENT_DIGEST_MISMATCH: { status: 400, code: 'DIGEST_INVALID' },
  CONTENT_SHORT: { status: 400, code: 'SIZE_INVALID' },
  CONTENT_LONG: { status: 400, code: 'SIZE_INVALID' },
  INPUT_TOO_LARGE: { status: 413, code: 'SIZE_INVALID' },
  MANIFEST_INVALID: { status: 400, code: 'MANIFEST_INVALID' },
  MANIFEST_CONTENT_MISSING: { status: 404, code: 'MANIFEST_BLOB_UNKNOWN' },
  STORAGE_QUOTA_EXCEEDED: { status: 413, code: 'DENIED' },
  TAG_PINNED: { status: 403, code: 'DENIED' },
  UPLOAD_UNKNOWN: { status: 404, code: 'BLOB_UPLOAD_UNKNOWN' },
  ACCOUNT_LOCKED: { status: 429, code: 'TOOMANYREQUESTS' },
  UPLOAD_LIMIT: { status: 429, code: 'TOOMANYREQUESTS' },
  UPLOAD_BUSY: { status: 409, code: 'BLOB_UPLOAD_INVALID' },
  UPLOAD_OUT_OF_ORDER: { status: 416, code: 'BLOB_UPLOAD_INVALID' },
};

/** Sends any failure as an error body of the OCI distribution-spec; `detail` carries our code and remedy. */
export function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  linger(request);
  if (error instanceof RegistryRefusal) {
    return reply
      .code(error.status)
      .headers(error.headers)
      .send({ errors: [{ code: error.code, message: error.message }] });
  }
  const failure = isDiskFull(error)
    ? new SealiftError('STORAGE_FULL', { values: { path: 'the storage of the registry' }, cause: error })
    : asSealiftError(error);
  const known = ociCodes[failure.code];
  if (known === undefined) reply.log.error({ err: error, code: failure.code }, 'registry request failed');
  // What went wrong inside may name paths of this machine: the log gets it, the client does not.
  const message = known?.code === undefined ? unnamed(failure.code) : failure.message;
  return reply.code(known?.status ?? failure.status).send({
    errors: [{ code: known?.code ?? 'UNKNOWN', message, detail: { code: failure.code, hint: failure.hint } }],
  });
}

function unnamed(code: ErrorCode): string {
  return code === 'STORAGE_FULL' ? 'the registry has no space left' : 'the registry failed';
}

/** Whether a full disk or quota is behind a failure, however it was wrapped on its way. */
export function isDiskFull(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < 5; depth += 1) {
    if ('code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT')) return true;
    cause = cause.cause;
  }
  return false;
}
