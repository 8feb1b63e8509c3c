import type { ApiScope } from '../http/api-scope.ts';
import type { Authenticate } from '../http/guard-routes.ts';
import type { EventBus } from './event-bus.ts';

/** Some proxies close a connection that says nothing for half a minute. */
const heartbeatMs = 20_000;

/** `GET /api/v1/events`: server-sent events (WHATWG HTML, 9.2), for as long as the reader stays. */
export function eventRoutes(api: ApiScope, events: EventBus, authenticate: Authenticate): void {
  const open = new Set<() => void>();
  // Streams never end by themselves; without this the server would wait for them for ever when it closes.
  api.addHook('preClose', () => {
    for (const end of open) end();
    return Promise.resolve();
  });

  api.get('/events', {
    config: { permission: 'events.read' },
    schema: {
      tags: ['events'],
      summary: 'Server-sent events: what changed, to be fetched again',
      produces: ['text/event-stream'],
    },
    handler: (request, reply) => {
      reply.hijack();
      const stream = reply.raw;
      stream.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
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
      const unsubscribe = events.subscribe((event) => {
        stream.write(`event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`);
      });
      const end = (): void => {
        clearInterval(heartbeat);
        unsubscribe();
        open.delete(end);
        stream.end();
      };
      open.add(end);
      request.raw.once('close', end);
    },
  });
}
