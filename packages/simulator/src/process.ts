import { resolve } from 'node:path';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { lockFolder } from '@sealift/io/folder-lock';
import { isLoopbackHost } from '@sealift/io/http/loopback';
import { SimulatedCluster } from './cluster.ts';
import { Faults } from './faults.ts';
import { simulatorServer } from './server.ts';
import { type InitialCluster, sampleCluster } from './state.ts';
import { stateFolder } from './state-folder.ts';

/** How a simulator is started. */
export interface SimulatorOptions {
  /** Where state file, log of calls and uploaded OVAs live; created if missing. */
  readonly stateDir: string;
  /** A loopback address; the simulator has no access control. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** How many times faster than a few seconds a machine; default 1. */
  readonly speed?: number;
  /** What the cluster runs where the folder holds none yet. */
  readonly initial?: InitialCluster;
}

/** A running simulator. */
export interface Simulator {
  readonly url: string;
  /** The append-only log of calls, JSON lines. */
  readonly callLog: string;
  close(): Promise<void>;
}

/**
 * Starts the simulated vSphere cluster on a loopback address. A cluster already in the folder goes on where the
 * clock has brought it.
 *
 * @throws SIMULATOR_CANNOT_LISTEN, SIMULATOR_STATE_IN_USE, SIMULATOR_STATE_DAMAGED
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0, speed = 1, initial = sampleCluster } = options;
  if (!isLoopbackHost(host)) throw cannotListen(host, port, 'it serves this machine only');
  const folder = stateFolder(resolve(options.stateDir));
  const lock = lockFolder(
    folder.path,
    ({ pid, host: holder }) =>
      new SealiftError('SIMULATOR_STATE_IN_USE', {
        place: folder.path,
        values: { pid, host: holder, path: folder.path },
      }),
  );
  try {
    const cluster = await SimulatedCluster.open(folder, initial, speed);
    const app = simulatorServer(cluster, new Faults());
    await app.listen({ port, host: host.replace(/^\[|\]$/g, '') }).catch(async (error: unknown) => {
      await cluster.close();
      throw cannotListen(host, port, reasonOf(error));
    });
    const [address] = app.addresses();
    if (address === undefined || typeof address === 'string') throw cannotListen(host, port, 'it has no address');
    return {
      url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
      callLog: folder.log,
      async close() {
        await app.close();
        await cluster.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function cannotListen(host: string, port: number, reason: string): SealiftError {
  return new SealiftError('SIMULATOR_CANNOT_LISTEN', { values: { address: `${host}:${port}`, reason } });
}
