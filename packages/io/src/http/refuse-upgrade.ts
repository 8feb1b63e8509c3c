import type { ClientRequest } from 'node:http';
import { ConnectionFailure } from './failure.ts';

/** Ends a request whose server changes to another protocol unasked (RFC 9110, section 15.2.2); Node.js would drop the connection and say nothing. */
export function refuseUpgrade(request: ClientRequest, refuse: (failure: ConnectionFailure) => void): void {
  request.once('upgrade', (_answer, socket) => {
    // It is no longer the request's, which heard of its errors.
    socket.on('error', () => undefined);
    socket.destroy();
    refuse(new ConnectionFailure('not-http', 'what answers there changes to another protocol'));
  });
}
