import { SealiftError } from '@sealift/core/errors';
import { withRetry } from '@sealift/io/retry';
import { accepted, fieldOf, messageOf } from '../connection/answer.ts';
import { fieldManager } from '../connection/client.ts';
import type { ApiAnswer } from '../connection/exchange.ts';
import { asObject, type KubeObject, nameOf, referenceOf } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { conflictingOwners, FieldConflict } from './field-conflict.ts';
import { prepare } from './prepare.ts';

/** A field that a person said we may take from its owner. */
export interface AgreedField {
  readonly manager: string;
  readonly field: string;
}

export interface ApplyOptions {
  /** Only asks what would be: the server runs all its checks and stores nothing. */
  readonly dryRun?: boolean | undefined;
  /** Foreign fields that may be taken over; any other one is a conflict. */
  readonly agreed?: readonly AgreedField[] | undefined;
  readonly cancel?: AbortSignal | undefined;
  /** Waits while an admission webhook, or an API server that does not know a new kind yet, cannot be asked; in milliseconds. */
  readonly laterDelaysMs?: readonly number[] | undefined;
}

export interface Applied {
  /** As the server has it now, or would have it. */
  readonly object: KubeObject;
  readonly created: boolean;
}

/** Certificates of providers' webhooks rotate for up to 90 s; each of these attempts repeats for some seconds by itself. */
const usualDelaysMs = [1000, 5000, 10_000, 15_000, 20_000];

/**
 * Server-side apply (Kubernetes, "Server-Side Apply"): the server makes the fields of the object so and remembers that they are ours; a field
 * that was ours and is not in the object any more goes. Nobody else's field is changed.
 *
 * @throws FieldConflict (KUBERNETES_FIELD_CONFLICT) with every foreign owner of a field that we would change
 * @throws KUBERNETES_FIELDS_STALE, KUBERNETES_KIND_UNKNOWN, KUBERNETES_OBJECT_INVALID, KUBERNETES_REFUSED, KUBERNETES_…
 */
export async function apply(objects: Objects, object: KubeObject, options: ApplyOptions = {}): Promise<Applied> {
  const resource = await objects.resourceOf(object, options.cancel);
  const wanted = prepare(object, resource);
  const answer = await send(objects, wanted, options);
  if (answer.status !== 409) return appliedOf(answer, wanted);
  const live = await objects.get(referenceOf(wanted), options.cancel);
  refuseForeign(answer, wanted, live, options.agreed ?? []);
  return await takeOver(objects, wanted, live, options);
}

/** All was agreed to: it is looked at once more and taken as it then is, not as it is when somebody changed it meanwhile. */
async function takeOver(
  objects: Objects,
  wanted: KubeObject,
  live: KubeObject | undefined,
  options: ApplyOptions,
): Promise<Applied> {
  const { resourceVersion } = live?.metadata ?? {};
  const pinned = { ...wanted, metadata: { ...wanted.metadata, resourceVersion } };
  const looked = await send(objects, pinned, { ...options, dryRun: true });
  if (looked.status === 409) refuseForeign(looked, wanted, live, options.agreed ?? []);
  return appliedOf(await send(objects, pinned, options, { force: 'true' }), wanted);
}

/** @throws FieldConflict where an owner has not been agreed on; KUBERNETES_CONFLICT where the 409 is about something else */
function refuseForeign(
  answer: ApiAnswer,
  wanted: KubeObject,
  live: KubeObject | undefined,
  agreed: readonly AgreedField[],
): void {
  const owners = conflictingOwners(answer.body, live);
  const name = nameOf(referenceOf(wanted));
  if (owners.length === 0) accepted(answer, 'apply', name);
  const open = owners.filter(
    // What we set by an update, such as the storage version of a definition, is ours as well.
    ({ manager, field }) =>
      manager !== fieldManager && !agreed.some((by) => by.manager === manager && by.field === field),
  );
  if (open.length > 0) throw new FieldConflict(name, open);
}

/** Sends an apply that has been prepared, without judging the answer but for what passes. */
export async function send(
  objects: Objects,
  wanted: KubeObject,
  { dryRun = false, cancel, laterDelaysMs = usualDelaysMs }: ApplyOptions,
  more: Readonly<Record<string, string>> = {},
): Promise<ApiAnswer> {
  const path = await objects.pathOf(referenceOf(wanted), cancel);
  const query = { fieldManager, fieldValidation: 'Strict', ...(dryRun ? { dryRun: 'All' } : {}), ...more };
  const contentType = 'application/apply-patch+yaml';
  const request = { method: 'PATCH', path, query, body: wanted, contentType, idempotent: true, cancel } as const;
  const attempt = async (): Promise<ApiAnswer> => {
    const answer = await objects.client.ask(request);
    if (isUnserved(answer)) throw new Unserved(answer);
    return answer;
  };
  try {
    const later = (error: unknown): boolean => error instanceof Unserved || isWebhookAway(error);
    return await withRetry(attempt, { passes: later, delaysMs: laterDelaysMs, cancel });
  } catch (error) {
    if (error instanceof Unserved) return error.answer;
    throw error;
  }
}

/** Of several API servers behind one address, one that does not know a kind yet that another has announced. */
class Unserved extends Error {
  readonly answer: ApiAnswer;

  constructor(answer: ApiAnswer) {
    super('the kind is not served');
    this.answer = answer;
  }
}

/** An apply makes what is not there: only its namespace or its kind can be missing. */
function isUnserved({ status, body }: ApiAnswer): boolean {
  return status === 404 && fieldOf(fieldOf(body, 'details'), 'kind') !== 'namespaces';
}

function isWebhookAway(error: unknown): boolean {
  return (
    error instanceof SealiftError &&
    error.code === 'KUBERNETES_UNAVAILABLE' &&
    error.message.includes('failed calling webhook')
  );
}

/** What an apply made. @throws KUBERNETES_FIELDS_STALE, KUBERNETES_CONFLICT, KUBERNETES_REFUSED */
export function appliedOf(answer: ApiAnswer, wanted: KubeObject): Applied {
  const name = nameOf(referenceOf(wanted));
  const reason = messageOf(answer.body) ?? '';
  if (answer.status >= 400 && reason.includes('to an invalid group/version')) {
    throw new SealiftError('KUBERNETES_FIELDS_STALE', { values: { object: name, reason } });
  }
  return { object: asObject(accepted(answer, 'apply', name), name), created: answer.status === 201 };
}
