import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import type { ApiScope } from '../http/api-scope.ts';
import type { Authenticate } from '../http/guard-routes.ts';
import { principalOf } from '../http/request-context.ts';
import type { EventBus } from './event-bus.ts';

/** Some proxies close a connection that says nothing for half a minute. */
const heartbeatMs = 20_000;

const unreadBytes = 256 * 1024;
/** Streams at a time. A browser opens one for each page, and programs may hold some. */
const limits = { all: 500, ofAccount: 50 };

/** `GET /api/v1/events`: server-sent events (WHATWG HTML, 9.2), for as long as the reader stays. */
export function eventRoutes(api: ApiScope, events: EventBus, authenticate: Authenticate): void {
  /** The end of each stream, with whose it is. */
  const open = new Map<() => void, string>();
  // Streams never end by themselves; without this the server would wait for them for ever when it closes.
  api.addHook('preClose', () => {
    for (const end of open.keys()) end();
    return Promise.resolve();
  });

  api.get('/events', {
    config: { permission: 'events.read', refuses: ['EVENT_STREAMS_LIMIT'] },
    schema: {
      tags: ['events'],
      summary: 'Server-sent events: what changed, to be fetched again',
      produces: ['text/event-stream'],
      response: { 200: z.any().describe('text/event-stream') },
    },
    handler: (request, reply) => {
      const { accountId } = principalOf(request);
      const ofAccount = [...open.values()].filter((one) => one === accountId).length;
      if (open.size >= limits.all || ofAccount >= limits.ofAccount) {
        throw new SealiftError('EVENT_STREAMS_LIMIT', {
          values: { open: open.size >= limits.all ? open.size : ofAccount },
        });
      }
      reply.hijack();
      const stream = reply.raw;
      stream.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        // The connection ends with the stream: one that rests would keep the server from closing.
        connection: 'close',
      });
      stream.write('retry: 2000\n\n');
      const heartbeat = setInterval(() => {
        stream.write(':\n\n');
        // Whoever has signed out, or whose token was removed, hears no more.
        void authenticate(request).then(
          (principal) => principal ?? end(),
          () => end(),
        );
      }, heartbeatMs);
      const unsubscribe = events.subscribe(
        (event) => {
          // Whoever does not read must not fill the memory; a reader that lives connects again and fetches anew.
          if (stream.writableLength > unreadBytes) {
            stream.destroy();
            return;
          }
          stream.write(`event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`);
          // A reader that lives connects again, and fetches anew what it may have missed.
        },
        () => end(),
      );
      const end = (): void => {
        clearInterval(heartbeat);
        unsubscribe();
        open.delete(end);
        stream.end();
      };
      open.set(end, accountId);
      request.raw.once('close', end);
    },
  });
}
