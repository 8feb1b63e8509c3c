import { SealiftError } from '@sealift/core/errors';
import type { KubernetesClient } from '../connection/client.ts';
import { StreamRefused } from '../connection/stream.ts';
import { Behind, Expired, failureOfStatus } from './failure.ts';
import { listState, newestVersion } from './list-state.ts';
import { Patience, type PatienceOptions } from './patience.ts';
import { isOlder } from './resource-version.ts';
import { Seen, type WatchEvent } from './seen.ts';
import { queryOf, type WatchTarget } from './target.ts';
import { readLine } from './watch-line.ts';

export type { WatchEvent } from './seen.ts';
export type { WatchTarget } from './target.ts';

export interface WatchOptions extends PatienceOptions {
  /** Where to go on from; without it, everything that is there is told first. */
  readonly resourceVersion?: string | undefined;
  /** How long nothing may arrive, in milliseconds, before the line is taken for dead; 75 s without it, as a bookmark comes every minute. */
  readonly idleTimeoutMs?: number | undefined;
}

const usualIdleMs = 75_000;
/** After this the server ends an answer by itself, in seconds; some time later we do. */
const answerSeconds = 300;
const graceMs = 15_000;
/** An object has 1.5 MiB at most in etcd's own form, and JSON is larger. */
const lineLimitBytes = 8 * 1024 * 1024;
/** A line that held so long was a line, even if nothing changed. */
const livedMs = 5000;
/** So often a server may be behind before all is read anew, from a quorum. */
const behindLimit = 3;

/**
 * Follows a collection: what is there, then each change, for as long as the reader wants; the connection ends with the reading. A cut or silent line is taken up where it was; when the server
 * no longer has the changes since then (410), all is read anew and what went meanwhile is told. A state that is older than one already told is never told, and a server that stays behind is named.
 *
 * @throws KUBERNETES_REFUSED, KUBERNETES_ANSWER_INVALID, KUBERNETES_UNREACHABLE and KUBERNETES_UNAVAILABLE when that does not pass, KUBERNETES_REWOUND, CANCELLED
 */
export async function* watch(
  client: KubernetesClient,
  target: WatchTarget,
  { resourceVersion, idleTimeoutMs = usualIdleMs, ...options }: WatchOptions = {},
): AsyncGenerator<WatchEvent, void, undefined> {
  const seen = new Seen(target.path, resourceVersion);
  const patience = new Patience(options);
  const { cancel } = options;
  let opened: number | undefined;
  const onOpen = (): void => {
    opened = Date.now();
    patience.answered();
  };
  const limits = { ...limitsOf(idleTimeoutMs), onOpen };
  let isListed = resourceVersion !== undefined;
  let behind = 0;
  for (;;) {
    opened = undefined;
    let failure: unknown;
    try {
      if (!isListed) {
        yield* seen.listed(await listState(client, target, cancel));
        isListed = true;
      } else if (seen.position !== undefined && isOlder(await newestVersion(client, target, cancel), seen.position)) {
        throw new Behind(undefined);
      }
      const before = seen.position;
      for await (const line of client.stream(requestOf(target, seen.position, cancel), limits)) {
        const told = readLine(line, target.path);
        if (told.type === 'marked') seen.marked(told.resourceVersion);
        else yield* seen.told(told.object, told.type === 'gone');
        if (seen.position !== before) patience.renew();
      }
    } catch (error) {
      failure = error instanceof StreamRefused ? failureOfStatus(error.answer, target.path) : error;
    }
    if (failure instanceof Expired) isListed = false;
    behind = failure instanceof Behind ? behind + 1 : 0;
    if (behind === behindLimit) [isListed, behind] = [false, 0];
    // That it could be read anew is no sign that a watch works.
    const lived = opened !== undefined && Date.now() - opened >= livedMs;
    if (lived) patience.renew();
    if (failure !== undefined || !lived) await patience.after(failure ?? cutAtOnce(target.path));
  }
}

function requestOf(target: WatchTarget, position: string | undefined, cancel: AbortSignal | undefined) {
  const query = {
    ...queryOf(target),
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(answerSeconds),
    ...(position === undefined ? {} : { resourceVersion: position }),
  };
  return { path: target.path, query, cancel };
}

function limitsOf(idleTimeoutMs: number) {
  return { idleTimeoutMs, deadlineMs: answerSeconds * 1000 + graceMs, lineLimitBytes };
}

/** What a watch fails with that ends again and again before anything comes. */
function cutAtOnce(path: string): SealiftError {
  return new SealiftError('KUBERNETES_UNREACHABLE', {
    values: { reason: 'every watch is cut as soon as it begins' },
    place: path,
    hint: 'Look for a proxy or load balancer before it that ends connections which stay open, then run it again.',
  });
}
