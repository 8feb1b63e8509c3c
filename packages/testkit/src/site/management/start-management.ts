import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BoundProcess } from '../../process/bound-process.ts';
import type { Access } from '../json-client.ts';
import { PortBlock } from '../port-block.ts';
import { ManagementCertificates } from './certificates.ts';
import type { ManagementFolder } from './control-plane.ts';
import { managementPorts } from './ports.ts';
import { keepFolder } from './saved-folder.ts';
import { type ManagementPrograms, startPrograms } from './start-programs.ts';

/** All run by default, with the newer minor version of Kubernetes. */
export interface ManagementOptions extends Partial<ManagementPrograms> {
  /** A folder that `stop({ keep })` wrote; it stays as it is. Without it the cluster is a new one. */
  readonly from?: string;
  /** A site's ports, of which the places from 20 to 39 are taken; by default ports of its own. */
  readonly ports?: PortBlock;
}

/** A management cluster of real programs on loopback. No infrastructure provider acts in it. */
export interface Management {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  /** An administrator's. */
  readonly access: Access;
  /** The same as a file. */
  readonly kubeconfig: string;
  /** Each program's log is `<folder>/logs/<name>.log`. */
  readonly folder: string;
  /** What runs, by the names of the peers. */
  readonly processes: ReadonlyMap<string, BoundProcess>;
  /**
   * Ends everything, and leaves nothing unless it is told to.
   *
   * @param keep a folder, not there yet, that takes what a later start needs: certificates and etcd's data
   */
  stop(options?: { readonly keep?: string }): Promise<void>;
}

/**
 * Starts etcd, an API server, its controllers, and Cluster API with its webhooks; all are ready when this resolves.
 *
 * @throws Error naming the program that did not get ready, with the end of its log; nothing runs then
 */
export async function startManagement(options: ManagementOptions = {}): Promise<Management> {
  const path = await mkdtemp(join(tmpdir(), 'sealift-management-'));
  const running: BoundProcess[] = [];
  let ports: PortBlock | undefined;
  const end = async (graceMs: number): Promise<void> => {
    if (graceMs === 0) await Promise.all(running.map((one) => one.stop()));
    // The last started first: each needs those before it to end well, and an API server without etcd would not end at all.
    for (const one of running.toReversed()) await one.stop(graceMs);
    if (options.ports === undefined) await ports?.release();
  };
  const discard = (): Promise<void> => rm(path, { recursive: true, force: true });
  try {
    if (options.from !== undefined) await cp(options.from, path, { recursive: true });
    await mkdir(join(path, 'logs'));
    ports = options.ports ?? (await PortBlock.claim());
    const certificates = await ManagementCertificates.in(join(path, 'certificates'));
    const folder: ManagementFolder = { path, certificates, ports: managementPorts(ports) };
    await startPrograms(
      folder,
      {
        minor: options.minor ?? '1.37',
        controllers: options.controllers ?? true,
        clusterApi: options.clusterApi ?? true,
      },
      (one) => running.push(one),
    );
    const url = `https://127.0.0.1:${folder.ports.apiserver}`;
    const access = await certificates.access(url, 'admin');
    return {
      url,
      ca: access.ca,
      access,
      kubeconfig: await certificates.kubeconfig(url, 'admin'),
      folder: path,
      processes: new Map(running.map((one) => [one.name, one])),
      stop: async ({ keep } = {}) => {
        try {
          await end(keep === undefined ? 0 : 10_000);
          if (keep !== undefined) await keepFolder(path, keep);
        } finally {
          await discard();
        }
      },
    };
  } catch (error) {
    await end(0);
    await discard();
    throw error;
  }
}
