import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { waitUntil } from '../wait-until.ts';

const blockSize = 200;
/** Below the ports that the kernel gives to outgoing connections (32768 on), so that none of them takes one meanwhile. */
const lowest = 20_000;
const blocks = 60;

/**
 * Consecutive ports of loopback that one site has for itself. The first is held open for as long as the site runs: it is the claim
 * on the others, which are free between two starts of a program.
 */
export class PortBlock {
  readonly first: number;
  readonly #claim: Server;
  readonly #taken = new Set<number>();

  private constructor(first: number, claim: Server) {
    this.first = first;
    this.#claim = claim;
  }

  /** Claims a block that nobody has, in which nobody listens. */
  static async claim(): Promise<PortBlock> {
    for (let attempt = 0; attempt < blocks; attempt += 1) {
      const first = lowest + blockSize * randomInt(blocks);
      const claim = await listen(first);
      if (claim === undefined) continue;
      const block = new PortBlock(first, claim);
      if (await block.#isFree()) return block;
      await block.release();
    }
    throw new Error('no block of free ports on loopback');
  }

  /** Claims a certain block, and waits while another process has it. */
  static async claimAt(first: number, timeoutMs = 600_000): Promise<PortBlock> {
    const claim = await waitUntil(`the ports from ${first} on`, () => listen(first), timeoutMs);
    return new PortBlock(first, claim);
  }

  /** The port at a place in the block, counted from 1. */
  at(place: number): number {
    const port = this.first + place;
    this.#taken.add(port);
    return port;
  }

  /** The lowest free port from a place on. */
  next(place: number): number {
    for (let port = this.first + place; port < this.first + blockSize; port += 1) {
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      return port;
    }
    throw new Error('a site has used up its ports');
  }

  /** Gives ports back that nothing listens on any more. */
  free(...ports: readonly number[]): void {
    for (const port of ports) this.#taken.delete(port);
  }

  async release(): Promise<void> {
    await new Promise((done) => this.#claim.close(done));
  }

  async #isFree(): Promise<boolean> {
    const ports = Array.from({ length: blockSize - 1 }, (_, index) => this.first + 1 + index);
    const servers = await Promise.all(ports.map(listen));
    await Promise.all(
      servers.map((server) => new Promise((done) => (server === undefined ? done(null) : server.close(done)))),
    );
    return servers.every((server) => server !== undefined);
  }
}

/** Undefined where the port is taken. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    // A port on all addresses, as a program of another site may take it, shows itself here too.
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
