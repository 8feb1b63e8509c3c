import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isSea } from 'node:sea';
import { executableAsset } from '@sealift/io/executable-asset';
import { deflateSlackBytes } from './grain-rooms.ts';

/**
 * zlib's own algorithm, compiled to WebAssembly: what it deflates to depends on the bytes and the level alone. The zlib of Node.js is
 * another one, whose result depends on the processor too.
 */
export const zlibAsset = 'zlib.wasm';

/** The file that the asset is made of. */
export function zlibFile(): string {
  return createRequire(import.meta.url).resolve('@zip.js/zip.js/dist/zip-module.wasm');
}

/** Compiled once and then handed from thread to thread; what it is, no declaration of Node.js says. */
export type ZlibModule = object;

/** What the module offers (zlib.h, in the numbers of C; addresses are those of its memory). */
interface ZlibExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly _initialize: () => void;
  readonly malloc: (bytes: number) => number;
  readonly free: (address: number) => void;
  readonly deflate_new: () => number;
  /** With zlib's header, 15 bits of window and a memory level of 8. */
  readonly deflate_init: (stream: number, level: number) => number;
  /** The result of `deflate` in the upper 8 bits, the number of bytes made in the lower 24. */
  readonly deflate_process: (
    stream: number,
    input: number,
    inputBytes: number,
    output: number,
    outputBytes: number,
    flush: number,
  ) => number;
  readonly deflate_end: (stream: number) => number;
  readonly inflate_new: () => number;
  readonly inflate_init: (stream: number) => number;
  readonly inflate_process: ZlibExports['deflate_process'];
  readonly inflate_last_consumed: (stream: number) => number;
  readonly inflate_end: (stream: number) => number;
}

const { WebAssembly: assembly } = globalThis as unknown as {
  WebAssembly: {
    Module: new (bytes: Uint8Array) => ZlibModule;
    Instance: new (module: ZlibModule) => { readonly exports: ZlibExports };
  };
};

const finish = 4;
const streamEnd = 1;

let compiled: ZlibModule | undefined;

/** The module, out of the single-file executable or the package. */
export function zlibModule(): ZlibModule {
  compiled ??= new assembly.Module(isSea() ? executableAsset(zlibAsset) : readFileSync(zlibFile()));
  return compiled;
}

let ofThread: Zlib | undefined;

/** The one of this thread: what it gives holds until its next call. */
export function zlibOfThread(module: ZlibModule = zlibModule()): Zlib {
  ofThread ??= new Zlib(module);
  return ofThread;
}

/** Inflates and deflates as zlib does, from and into buffers that it keeps. */
export class Zlib {
  readonly #zlib: ZlibExports;
  #capacity = 0;
  #input = 0;
  #output = 0;

  constructor(module: ZlibModule) {
    this.#zlib = new assembly.Instance(module).exports;
    this.#zlib._initialize();
  }

  /**
   * The bytes in zlib's format (RFC 1950), as one call of `deflate` makes them.
   *
   * @param level 1 to 9
   * @returns undefined when it takes more than a kibibyte more than the bytes themselves
   */
  deflate(bytes: Uint8Array, level: number): Uint8Array<ArrayBuffer> | undefined {
    return this.#deflated(bytes, level)?.slice();
  }

  /** As `deflate`, into a buffer that has room for it. @returns how many bytes they are */
  deflateInto(bytes: Uint8Array, level: number, into: Uint8Array): number | undefined {
    const data = this.#deflated(bytes, level);
    if (data !== undefined) into.set(data);
    return data?.byteLength;
  }

  /** Whether bytes are deflated to just these. */
  deflatesTo(bytes: Uint8Array, level: number, data: Uint8Array): boolean {
    const again = this.#deflated(bytes, level);
    return again !== undefined && Buffer.compare(again, data) === 0;
  }

  /** In the memory of the module, until its next call. */
  #deflated(bytes: Uint8Array, level: number): Uint8Array<ArrayBuffer> | undefined {
    const { deflate_new, deflate_init, deflate_process, deflate_end } = this.#zlib;
    this.#reserve(bytes.byteLength + deflateSlackBytes);
    const stream = deflate_new();
    try {
      if (deflate_init(stream, level) !== 0) throw new Error('zlib has no memory left');
      this.#memory().set(bytes, this.#input);
      const result = deflate_process(stream, this.#input, bytes.byteLength, this.#output, this.#capacity, finish);
      if (result >>> 24 !== streamEnd) return undefined;
      return this.#memory().subarray(this.#output, this.#output + (result & 0xff_ffff));
    } finally {
      deflate_end(stream);
    }
  }

  /**
   * Inflates what is in zlib's format and fills a buffer.
   *
   * @returns whether it is whole, nothing stands behind it, and it has just the length of the buffer
   */
  inflate(data: Uint8Array, into: Uint8Array): boolean {
    const { inflate_new, inflate_init, inflate_process, inflate_last_consumed, inflate_end } = this.#zlib;
    this.#reserve(Math.max(data.byteLength, into.byteLength + 1));
    const stream = inflate_new();
    try {
      if (inflate_init(stream) !== 0) throw new Error('zlib has no memory left');
      this.#memory().set(data, this.#input);
      const result = inflate_process(stream, this.#input, data.byteLength, this.#output, into.byteLength + 1, finish);
      const isWhole = result >>> 24 === streamEnd && inflate_last_consumed(stream) === data.byteLength;
      if (!isWhole || (result & 0xff_ffff) !== into.byteLength) return false;
      into.set(this.#memory().subarray(this.#output, this.#output + into.byteLength));
      return true;
    } finally {
      inflate_end(stream);
    }
  }

  /** Made anew each time: it is another one after the memory grew. */
  #memory(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#zlib.memory.buffer);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#capacity) return;
    if (this.#capacity > 0) for (const address of [this.#input, this.#output]) this.#zlib.free(address);
    this.#capacity = bytes;
    this.#input = this.#zlib.malloc(bytes);
    this.#output = this.#zlib.malloc(bytes);
  }
}
