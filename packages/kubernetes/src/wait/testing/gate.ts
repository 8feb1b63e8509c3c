import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP line to an API server that can be cut and mended. */
export interface Gate {
  /** A kubeconfig that leads through it. */
  readonly kubeconfig: string;
  /** Cuts every connection, and each new one. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

/** @param kubeconfig in JSON, of a server on loopback */
export async function startGate(kubeconfig: string): Promise<Gate> {
  const text = await readFile(kubeconfig, 'utf8');
  const [, port = ''] = /https:\/\/127\.0\.0\.1:(\d+)/.exec(text) ?? [];
  const sockets = new Set<Socket>();
  let isOpen = true;
  const server = createServer((down) => {
    const up = connect(Number(port), '127.0.0.1');
    for (const socket of [down, up]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        down.destroy();
        up.destroy();
      });
    }
    if (!isOpen) down.destroy();
    down.pipe(up).pipe(down);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const own = typeof address === 'object' ? address?.port : 0;
  const path = `${kubeconfig}-through-a-gate`;
  await writeFile(path, text.replace(`127.0.0.1:${port}`, `127.0.0.1:${own}`), { mode: 0o600 });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    kubeconfig: path,
    shut() {
      isOpen = false;
      cut();
    },
    open() {
      isOpen = true;
    },
    async close() {
      cut();
      await new Promise((closed) => server.close(closed));
    },
  };
}
