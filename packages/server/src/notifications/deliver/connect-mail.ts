import { connect, type Socket } from 'node:net';
import { ConnectionFailure } from '@sealift/io/http/failure';

const connectMs = 10_000;

/** Connects to a mail server by the names that this machine knows; the socket is the caller's. @throws what connecting failed with */
export function connectTo(host: string, port: number, cancel: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal: cancel });
    const late = setTimeout(
      () => socket.destroy(new ConnectionFailure('silent', `it does not answer within ${connectMs / 1000} s`)),
      connectMs,
    );
    const fail = (error: Error): void => {
      clearTimeout(late);
      socket.destroy();
      reject(error);
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(late);
      socket.off('error', fail);
      // One that breaks before anybody else listens must not end the process; whoever uses it finds it closed.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}
