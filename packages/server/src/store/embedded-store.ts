import { isSea } from 'node:sea';
import { SealiftError } from '@sealift/core/errors';
import { executableAsset } from '@sealift/io/executable-asset';
import type { PGlite, PGliteOptions } from '@electric-sql/pglite';

/** What PGlite reads beside its code: the file of its package, and the name under which the single-file executable carries it. */
export const embeddedStoreFiles = ['pglite.wasm', 'pglite.data', 'initdb.wasm'].map((file) => {
  return { file, asset: assetOf(file) };
});

function assetOf(file: string): string {
  return `store/${file}`;
}

/** What PGlite's file system calls a full disk (WASI, `errno`: `nospc`). */
const noSpace = 51;

/**
 * Opens PGlite over a folder, or makes a database there. The caller holds the folder's lock: PGlite has none of its own.
 *
 * @throws STORE_FULL, and what PGlite throws
 */
export async function openPglite(dataDir: string): Promise<PGlite> {
  const { PGlite: Embedded } = await import('@electric-sql/pglite');
  try {
    return await Embedded.create({ dataDir, ...(isSea() ? await partsOfExecutable() : {}) });
  } catch (error) {
    throw asError(error, dataDir);
  }
}

/** Its file system throws objects that are no errors and have no text. */
function asError(error: unknown, dataDir: string): unknown {
  if (error instanceof Error || typeof error !== 'object' || error === null || !('errno' in error)) return error;
  if (error.errno !== noSpace) return new Error(`its file system failed with errno ${String(error.errno)}`);
  const values = { reason: 'no space is left for the embedded store' };
  return new SealiftError('STORE_FULL', { values, place: dataDir, cause: error });
}

/** No declarations that Node.js comes with name it. */
const { WebAssembly: assembly } = globalThis as unknown as {
  WebAssembly: { compile(bytes: Uint8Array): Promise<WebAssembly.Module> };
};

/** The executable has no files beside it: PGlite is handed what it would read. */
async function partsOfExecutable(): Promise<PGliteOptions> {
  const moduleOf = (file: string) => assembly.compile(executableAsset(assetOf(file)));
  return {
    pgliteWasmModule: await moduleOf('pglite.wasm'),
    initdbWasmModule: await moduleOf('initdb.wasm'),
    fsBundle: new Blob([Buffer.from(executableAsset(assetOf('pglite.data')))]),
  };
}
