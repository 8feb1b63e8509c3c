import { isSea } from 'node:sea';
import { executableAsset } from '@sealift/io/executable-asset';
import type { PGlite, PGliteOptions } from '@electric-sql/pglite';

/** What PGlite reads beside its code: the file of its package, and the name under which the single-file executable carries it. */
export const embeddedStoreFiles = ['pglite.wasm', 'pglite.data', 'initdb.wasm'].map((file) => {
  return { file, asset: assetOf(file) };
});

function assetOf(file: string): string {
  return `store/${file}`;
}

/** Opens PGlite over a folder, or makes a database there. The caller holds the folder's lock: PGlite has none of its own. */
export async function openPglite(dataDir: string): Promise<PGlite> {
  const { PGlite: Embedded } = await import('@electric-sql/pglite');
  return await Embedded.create({ dataDir, ...(isSea() ? await partsOfExecutable() : {}) });
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
