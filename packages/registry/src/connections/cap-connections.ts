import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Far more than browsers, command lines and bundles of one site need; each costs some 20 KiB while it idles. */
const defaultConnections = 2000;

/** The most connections at a time, and of these from one address. */
export interface ConnectionCaps {
  readonly connections?: number;
  readonly connectionsOfAddress?: number | undefined;
}

/** Closes at once what comes beyond the caps: those already connected go on. */
export function capConnections(
  server: Server,
  { connections = defaultConnections, connectionsOfAddress }: ConnectionCaps,
): void {
  server.maxConnections = connections;
  if (connectionsOfAddress === undefined) return;
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    if (count > connectionsOfAddress) socket.destroy();
  });
}
