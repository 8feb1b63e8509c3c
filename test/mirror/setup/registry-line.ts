import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** When in the life of a request that changes something: nothing of it passed, half of what it carries, or it was answered and nobody was told. */
export type Moment = 'before' | 'amid' | 'after';

/** The way to a registry, on which each request that changes something there can be stopped. */
export interface RegistryLine {
  /** `127.0.0.1:<port>`, plain HTTP. */
  readonly registry: string;
  /** What the registry has taken, in order: blobs and manifests by the name of the request. */
  readonly taken: string[];
  /** Called at each moment; the request goes on when it settles, and is dropped where it throws. */
  at: (when: Moment, change: string) => Promise<void>;
  close(): Promise<void>;
}

/** What is carried in less is not stopped half-way. */
const leastHalvedBytes = 64 * 1024;

/** @param target `host:port` */
export async function startRegistryLine(target: string): Promise<RegistryLine> {
  const taken: string[] = [];
  const server = createServer((incoming, outgoing) => {
    pass(target, line, incoming, outgoing).catch(() => {
      incoming.destroy();
      outgoing.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const line: RegistryLine = {
    registry: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    at: () => Promise.resolve(),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return line;
}

async function pass(
  target: string,
  line: RegistryLine,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = '', url = '', headers } = incoming;
  const change = changeOf(method, url);
  const at = async (when: Moment): Promise<void> => (change === undefined ? undefined : line.at(when, change));
  await at('before');
  // Under the name of the line, so that what the registry answers leads through it again.
  const forwarded = request(`http://${target}${url}`, { method, headers });
  const answered = once(forwarded, 'response') as Promise<[IncomingMessage]>;
  answered.catch(() => undefined);
  const sizeBytes = Number(headers['content-length'] ?? 0);
  await pipeline(
    incoming,
    async function* halved(body: AsyncIterable<Buffer>) {
      let passed = 0;
      for await (const chunk of body) {
        const before = passed;
        passed += chunk.length;
        yield chunk;
        const isHalf = before < sizeBytes / 2 && passed >= sizeBytes / 2;
        if (isHalf && sizeBytes >= leastHalvedBytes) await at('amid');
      }
    },
    forwarded,
  );
  const [answer] = await answered;
  if (change !== undefined && answer.statusCode === 201) line.taken.push(change);
  try {
    await at('after');
  } catch (error) {
    answer.destroy();
    throw error;
  }
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  await pipeline(answer, outgoing);
}

/** What a request changes at a registry, the same for all that would change the same; undefined where it only asks, or begins. */
function changeOf(method: string, url: string): string | undefined {
  const { pathname, searchParams } = new URL(url, 'http://any');
  const repository = /^\/v2\/(.+)\/(?:blobs|manifests)\//.exec(pathname)?.[1];
  const digest = searchParams.get('digest');
  if (method === 'PUT' && digest !== null) return `blob ${repository}@${digest}`;
  if (method === 'PUT') return `manifest ${repository} ${/[^/]+$/.exec(pathname)?.[0]}`;
  if (method === 'POST' && searchParams.has('mount')) return `mount ${repository}@${searchParams.get('mount')}`;
  return method === 'PATCH' ? `piece ${repository}` : undefined;
}
