import type { KubeConfig, ResponseContext } from '@kubernetes/client-node';
import { SealiftError } from '@sealift/core/errors';
import type { ApiAnswer, ApiRequest } from './client.ts';

/** Larger than any page of 500 objects that etcd can hold in practice; an answer beyond it is none of an API server. */
const answerLimitBytes = 64 * 1024 * 1024;
const timeoutMs = 60_000;

/** Sends one request with the login of the kubeconfig and reads its JSON answer. */
export async function send(config: KubeConfig, server: string, request: ApiRequest): Promise<ApiAnswer> {
  const { IsomorphicFetchHttpLibrary, RequestContext } = await import('@kubernetes/client-node');
  const { method, path, query = {}, body, cancel } = request;
  const place = `${server}${path}`;
  const url = `${place}?${new URLSearchParams(query).toString()}`;
  const context = new RequestContext(url, method);
  context.setHeaderParam('accept', 'application/json');
  if (body !== undefined) {
    const merge = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    context.setHeaderParam('content-type', merge);
    context.setBody(JSON.stringify(body));
  }
  const deadline = AbortSignal.timeout(timeoutMs);
  context.setSignal(cancel === undefined ? deadline : AbortSignal.any([cancel, deadline]));
  try {
    await config.applySecurityAuthentication(context);
    const answer = await new IsomorphicFetchHttpLibrary().send(context).toPromise();
    const text = await readBounded(answer, place);
    return { status: answer.httpStatusCode, body: parse(text, place) };
  } catch (error) {
    if (error instanceof SealiftError) throw error;
    if (cancel?.aborted === true) throw new SealiftError('CANCELLED', { cause: error });
    throw new SealiftError('KUBERNETES_UNREACHABLE', {
      values: { reason: reasonOf(error) },
      place: server,
      cause: error,
    });
  }
}

async function readBounded(answer: ResponseContext, place: string): Promise<string> {
  const stream = answer.body.stream();
  if (stream === null) return '';
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.byteLength;
    if (size > answerLimitBytes) throw unusable(`it is larger than ${answerLimitBytes} bytes`, place);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusable('it is no JSON', place, error);
  }
}

/** An answer that is not of the API. */
export function unusable(reason: string, place: string, cause?: unknown): SealiftError {
  return new SealiftError('KUBERNETES_ANSWER_INVALID', { values: { reason }, place, cause });
}

/** fetch says only that it failed; what failed is its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
