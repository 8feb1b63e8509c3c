import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Administrator, makeAdministrator } from '@sealift/cli/demo/administrator';
import type { Service } from '@sealift/cli/demo/child-process';
import { installed, prepareDemo, simulatedAt } from '@sealift/cli/demo/demo-environment';
import { startConsoleServer } from '@sealift/cli/demo/demo-services';
import { syncRegistry } from '@sealift/cli/demo/platform';
import { executeBundle } from '@sealift/cli/demo/support-host';
import { bundleOf } from '@sealift/cli/demo/vendor';
import { built } from './environment.ts';

/** A console beside a simulated cluster that runs the older release, of which it knows nothing yet. */
export interface BareConsole {
  readonly url: string;
  readonly administrator: Administrator;
  /** Runs the bundle of the release that is installed, and syncs. */
  takeRelease(): Promise<void>;
  /** Stops everything and removes the folder. */
  remove(): Promise<void>;
}

/** Starts one for a test file, on a port of loopback. */
export async function startBareConsole(): Promise<BareConsole> {
  const dir = await mkdtemp(join(tmpdir(), 'sealift-bare-'));
  const started: Service<unknown>[] = [];
  const remove = async (): Promise<void> => {
    for (const service of started.toReversed()) await service.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const cancel = new AbortController().signal;
    const demo = await prepareDemo({ dir, env: process.env, say: () => undefined, cancel });
    const { pages, vendor } = built();
    const cluster = await simulatedAt(40)(demo, vendor);
    started.push(cluster.service);
    const console = await startConsoleServer(demo, { cluster, pages, port: 0 });
    started.push(console);
    const administrator = await makeAdministrator(demo, console.ready, vendor);
    const takeRelease = async (): Promise<void> => {
      await executeBundle(demo, bundleOf(vendor, installed));
      await syncRegistry(administrator.api, cancel);
    };
    return { url: console.ready.url, administrator, takeRelease, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
