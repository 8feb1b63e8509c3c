import type { Server } from 'node:http';
import { Server as TlsServer } from 'node:https';
import { createSecureContext } from 'node:tls';

/** Certificate chain and private key, PEM. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
}

/**
 * Has a server show another certificate from the next connection on.
 *
 * @throws the error of TLS where it does not take them, and of the server of plain HTTP; what it showed before stays
 */
export function renewTls(server: Server, { cert, key }: ServerTls): void {
  if (!(server instanceof TlsServer)) throw new Error('a server of plain HTTP shows no certificate');
  // Looked at first: a server that has taken a part of them would be left with neither.
  createSecureContext({ cert, key });
  server.setSecureContext({ cert, key });
}
