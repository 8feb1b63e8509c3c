import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** An address on loopback whose connections lead to one port, and after a switch to another, as the name of a database cluster does. */
export interface SwitchedLine {
  readonly port: number;
  /** Connections that are open stay where they lead. */
  leadTo(port: number): void;
  /** Cuts what is open. */
  cut(): void;
  close(): Promise<void>;
}

export async function startSwitchedLine(target: number): Promise<SwitchedLine> {
  let leads = target;
  const sockets = new Set<Socket>();
  const server = createServer((down) => {
    const up = connect(leads, '127.0.0.1');
    for (const [one, other] of [
      [down, up],
      [up, down],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    leadTo(port) {
      leads = port;
    },
    cut,
    async close() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}
