import { once } from 'node:events';
import { createServer } from 'node:net';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { hasCode } from '@sealift/io/file-errors';
import { isIPv6 } from 'node:net';

/**
 * Looks whether a service could listen there.
 *
 * @param mayBeLow whether it will be given the right to a port below 1024 that this process lacks
 * @throws AIRGAP_PORT_TAKEN
 */
export async function assertFreePort(host: string, port: number, mayBeLow: boolean): Promise<void> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    if (mayBeLow && hasCode(error, 'EACCES')) return;
    const address = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
    throw new SealiftError('AIRGAP_PORT_TAKEN', { values: { address, reason: reasonOf(error) }, cause: error });
  } finally {
    if (server.listening) {
      const closed = once(server, 'close');
      server.close();
      await closed;
    }
  }
}
