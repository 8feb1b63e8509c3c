import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where connections may go. */
export interface Backend {
  readonly port: number;
  /** Whether it serves now; asked twice a second. */
  check(): Promise<boolean>;
}

const checkEveryMs = 500;
/** One failure may be a slow answer of a busy machine: it is enough only while another backend serves. */
const failuresToLeave = 2;

/**
 * The load balancer in front of the API servers: TCP on loopback, to a backend that passes its check. Connections to one that no longer
 * does are closed: an API server whose etcd member was removed accepts them and never answers.
 */
export class Balancer {
  readonly #server: Server;
  readonly #lines = new Map<Backend, Line>();
  #next = 0;

  constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  /** Whether any backend serves. */
  get open(): boolean {
    return [...this.#lines.values()].some(({ healthy }) => healthy);
  }

  serves(backend: Backend): boolean {
    return this.#lines.get(backend)?.healthy === true;
  }

  add(backend: Backend): void {
    const isAlone = (): boolean => [...this.#lines].every(([other, { healthy }]) => other === backend || !healthy);
    this.#lines.set(backend, new Line(backend, isAlone));
  }

  remove(backend: Backend): void {
    this.#lines.get(backend)?.end();
    this.#lines.delete(backend);
  }

  async close(): Promise<void> {
    for (const backend of this.#lines.keys()) this.remove(backend);
    if (!this.#server.listening) return;
    await new Promise((done) => this.#server.close(done));
  }

  #accept(socket: Socket): void {
    const healthy = [...this.#lines.values()].filter((line) => line.healthy);
    const line = healthy[this.#next++ % Math.max(1, healthy.length)];
    if (line === undefined) socket.destroy();
    else line.carry(socket);
  }
}

/** One backend with its health and its connections. */
class Line {
  healthy = false;
  readonly #backend: Backend;
  readonly #isAlone: () => boolean;
  readonly #sockets = new Set<Socket>();
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  /** @param isAlone whether no other backend serves */
  constructor(backend: Backend, isAlone: () => boolean) {
    this.#backend = backend;
    this.#isAlone = isAlone;
    void this.#watch();
  }

  carry(down: Socket): void {
    const up = connect(this.#backend.port, '127.0.0.1');
    for (const socket of [down, up]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        down.destroy();
        up.destroy();
      });
    }
    down.pipe(up);
    up.pipe(down);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#leave();
  }

  async #watch(): Promise<void> {
    const good = await this.#backend.check().catch(() => false);
    if (this.#ended) return;
    this.#failures = good ? 0 : this.#failures + 1;
    if (good) this.healthy = true;
    else if (this.#failures >= failuresToLeave || !this.#isAlone()) this.#leave();
    this.#timer = setTimeout(() => void this.#watch(), checkEveryMs);
  }

  #leave(): void {
    this.healthy = false;
    for (const socket of this.#sockets) socket.destroy();
  }
}
