import type { FastifyRequest } from 'fastify';

/** How long the rest of a refused body is still taken, in milliseconds, so that the client gets to read the refusal. */
const defaultLingerMs = 10_000;

/** A refused body is read over for a while and then cut: nobody without a login holds a connection by sending slowly. */
export function linger({ raw }: FastifyRequest, lingerMs = defaultLingerMs): void {
  if (raw.complete || raw.destroyed) return;
  raw.on('error', () => undefined).resume();
  const timer = setTimeout(() => {
    if (!raw.complete) raw.destroy();
  }, lingerMs);
  raw.once('close', () => clearTimeout(timer));
}
