import type { ServerResponse } from 'node:http';

const everyMs = 5;

/** Begins an answer and never ends its header, a byte at a time. */
export function dripHeaders(response: ServerResponse): void {
  response.socket?.write('HTTP/1.1 200 OK\r\nx-drip: ');
  drip(response, 'x');
}

/** Begins a body and never ends it, a byte at a time. */
export function dripBody(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  drip(response, '5\r\n     \r\n');
}

function drip({ socket }: ServerResponse, bytes: string): void {
  const timer = setInterval(() => socket?.write(bytes), everyMs);
  socket?.once('close', () => clearInterval(timer)).on('error', () => undefined);
}
