import { Duplex } from 'node:stream';
import { WebSocket } from 'ws';

/** The kubelet's own channels for port forwarding: each message begins with a byte that names its channel. */
export const channelProtocol = 'v4.channel.k8s.io';
const dataChannel = 0;
const errorChannel = 1;
/** What a channel says first is the port that it is for, in two bytes. */
const portBytes = 2;
/** More than any piece that a kubelet passes on; a longer one is not taken. */
export const messageLimitBytes = 4 * 1024 * 1024;
const errorLimitBytes = 1000;

/** A connection to a port of a pod, carried by its kubelet; ends with the WebSocket, which it owns. */
export class ForwardedPort extends Duplex {
  readonly #socket: WebSocket;
  readonly #began = new Set<number>();

  constructor(socket: WebSocket) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    socket.on('message', (message) => this.#take(message as Buffer));
    socket.on('error', (error) => this.destroy(error));
    socket.once('close', () => this.push(null));
  }

  #take(message: Buffer): void {
    const channel = message[0] ?? -1;
    const begins = !this.#began.has(channel);
    this.#began.add(channel);
    const said = message.subarray(begins ? 1 + portBytes : 1);
    if (said.length === 0) return;
    if (channel === errorChannel) this.destroy(new Error(said.subarray(0, errorLimitBytes).toString('utf8')));
    else if (channel === dataChannel && !this.push(said)) this.#socket.pause();
  }

  override _read(): void {
    if (this.#socket.isPaused) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.send(Buffer.concat([Buffer.of(dataChannel), chunk]), { binary: true }, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.terminate();
    done(error);
  }
}
