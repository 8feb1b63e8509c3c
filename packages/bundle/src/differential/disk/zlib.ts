import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isSea } from 'node:sea';
import { executableAsset } from '@sealift/io/executable-asset';

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

/** Deflates as zlib does, from and into buffers that it keeps. */
export class Deflater {
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
    const { deflate_new, deflate_init, deflate_process, deflate_end, memory } = this.#zlib;
    this.#reserve(bytes.byteLength + 1024);
    const stream = deflate_new();
    try {
      if (deflate_init(stream, level) !== 0) throw new Error('zlib has no memory left');
      new Uint8Array(memory.buffer).set(bytes, this.#input);
      const result = deflate_process(stream, this.#input, bytes.byteLength, this.#output, this.#capacity, finish);
      if (result >>> 24 !== streamEnd) return undefined;
      return new Uint8Array(memory.buffer).slice(this.#output, this.#output + (result & 0xff_ffff));
    } finally {
      deflate_end(stream);
    }
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#capacity) return;
    if (this.#capacity > 0) for (const address of [this.#input, this.#output]) this.#zlib.free(address);
    this.#capacity = bytes;
    this.#input = this.#zlib.malloc(bytes);
    this.#output = this.#zlib.malloc(bytes);
  }
}
