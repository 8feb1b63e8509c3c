import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback that counts what goes up, and can hold or cut the line at a byte. */
export interface ByteProxy {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  /** Bytes that went up since the beginning, or since the last `reset`. */
  upBytes(): number;
  /** Counts from 0 again, and lets everything pass. */
  reset(): void;
  /** Lets so many bytes up, then none; resolves when the last of them went. */
  holdAfter(bytes: number): Promise<void>;
  /** Cuts all connections once so many bytes went up; then everything passes. */
  cutAfter(bytes: number): void;
  /** Cuts all connections once so many bytes have come down from now on; then everything passes. */
  cutAnswerAfter(bytes: number): void;
  close(): Promise<void>;
}

/** @param target `host:port` */
export async function startByteProxy(target: string): Promise<ByteProxy> {
  const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(target) ?? [];
  const sockets = new Set<Socket>();
  let upBytes = 0;
  let limit = Number.POSITIVE_INFINITY;
  let downLeft = Number.POSITIVE_INFINITY;
  let reached: (() => void) | undefined;
  const server = createServer((down) => {
    const up = connect(Number(port), host);
    for (const socket of [down, up]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        down.destroy();
        up.destroy();
      });
    }
    down.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, Math.max(0, limit - upBytes));
      upBytes += part.length;
      if (part.length > 0 && !up.write(part)) {
        down.pause();
        up.once('drain', () => down.resume());
      }
      if (part.length < chunk.length) reached?.();
    });
    up.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, downLeft);
      downLeft -= part.length;
      if (!down.write(part)) {
        up.pause();
        down.once('drain', () => up.resume());
      }
      if (part.length === chunk.length) return;
      downLeft = Number.POSITIVE_INFINITY;
      for (const socket of sockets) socket.destroy();
    });
    up.once('end', () => down.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const unlimited = (): void => {
    limit = Number.POSITIVE_INFINITY;
    reached = undefined;
  };
  return {
    address: `127.0.0.1:${bound !== null && typeof bound === 'object' ? bound.port : 0}`,
    upBytes: () => upBytes,
    reset() {
      upBytes = 0;
      unlimited();
    },
    async holdAfter(bytes) {
      limit = bytes;
      await new Promise<void>((resolve) => {
        reached = resolve;
      });
    },
    cutAfter(bytes) {
      limit = bytes;
      reached = () => {
        unlimited();
        for (const socket of sockets) socket.destroy();
      };
    },
    cutAnswerAfter(bytes) {
      downLeft = bytes;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
