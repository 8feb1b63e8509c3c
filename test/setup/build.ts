import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildForDemo, prepareDemo } from '@sealift/cli/demo/demo-environment';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** What every whole-product test starts from; built once a run. */
    readonly built: {
      readonly pages: string;
      readonly publicKeyFile: string;
      readonly publicKey: string;
      readonly secretKeyFile: string;
      /** Version and path of each bundle. */
      readonly bundles: readonly (readonly [string, string])[];
    };
  }
}

/** Builds web pages and bundles for all whole-product tests, and removes them after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), 'sealift-product-'));
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  try {
    const cancel = new AbortController().signal;
    const demo = await prepareDemo({ dir, env: process.env, say: () => undefined, cancel });
    const { pages, vendor } = await buildForDemo(demo);
    const { publicKeyFile, publicKey, bundles } = vendor;
    const secretKeyFile = publicKeyFile.replace(/\.pub$/, '.key');
    project.provide('built', { pages, publicKeyFile, publicKey, secretKeyFile, bundles: [...bundles] });
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}
