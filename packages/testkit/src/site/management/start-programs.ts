import { join } from 'node:path';
import type { BoundProcess } from '../../process/bound-process.ts';
import { JsonClient } from '../json-client.ts';
import { clusterApiComponents, startManager } from './cluster-api.ts';
import {
  type ManagementFolder,
  startApiServer,
  startControllerManager,
  startEtcd,
  startScheduler,
} from './control-plane.ts';
import { applyDefinitions, readDefinitions } from './definitions.ts';
import { clusterApiDeployments } from './deployments.ts';
import { apiServerOf, companionOf, type ManagementMinor, peersConfig } from './peers.ts';
import { programPath } from './programs.ts';
import { onceFor } from './saved-folder.ts';
import { vsphereDefinitions } from './vsphere-definitions.ts';

/** Which programs a management cluster runs besides etcd and an API server. */
export interface ManagementPrograms {
  readonly minor: ManagementMinor;
  readonly controllers: boolean;
  readonly clusterApi: boolean;
}

/**
 * Starts the programs, each when those are ready that it needs, and waits until all are.
 *
 * @param started is told each program when it runs, also of those that do not get ready
 */
export async function startPrograms(
  folder: ManagementFolder,
  { minor, controllers, clusterApi }: ManagementPrograms,
  started: (process: BoundProcess) => void,
): Promise<void> {
  const run = (process: BoundProcess): BoundProcess => {
    started(process);
    return process;
  };
  const { ports } = folder;
  await healthy(folder, run(startEtcd(folder, programPath('etcd'))), ports.etcd, '/health');
  await healthy(folder, run(startApiServer(folder, apiServerOf(minor))), ports.apiserver, '/readyz');
  const rest: Promise<void>[] = [];
  if (controllers) {
    const manager = await startControllerManager(folder, companionOf('kube-controller-manager', minor));
    const scheduler = await startScheduler(folder, companionOf('kube-scheduler', minor));
    rest.push(healthy(folder, run(manager), ports.controllerManager, '/healthz'));
    rest.push(healthy(folder, run(scheduler), ports.scheduler, '/healthz'));
  }
  if (clusterApi) {
    rest.push(startClusterApi(folder, started));
  }
  await settled(rest);
}

/**
 * Defines Cluster API's resources and webhooks in the API server at the folder's port, and starts its managers.
 *
 * @param started is told each manager when it runs, also of those that do not get ready
 */
export async function startClusterApi(
  folder: ManagementFolder,
  started: (process: BoundProcess) => void,
): Promise<void> {
  await define(folder);
  const run = (process: BoundProcess): BoundProcess => {
    started(process);
    return process;
  };
  await settled(clusterApiComponents.map((_, index) => startManager(folder, index, run)));
}

/** Waits for all, so that none is left behind to start a program after the others were ended. */
async function settled(starts: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(starts)).find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function healthy(
  { certificates }: ManagementFolder,
  process: BoundProcess,
  port: number,
  path: string,
): Promise<void> {
  const access = await certificates.access(`https://127.0.0.1:${port}`, 'admin');
  const client = new JsonClient(access, { timeoutMs: 5000 });
  try {
    await process.untilReady(async () => (await client.send({ method: 'GET', path })).status === 200);
  } finally {
    client.close();
  }
}

/** Cluster API's resources and webhooks, and the resources of the provider for vSphere; a saved cluster on its old ports has them. */
async function define({ path, certificates, ports }: ManagementFolder): Promise<void> {
  const access = await certificates.access(`https://127.0.0.1:${ports.apiserver}`, 'cluster-api');
  const components = clusterApiComponents.map((component, index) =>
    readDefinitions(join(peersConfig, component.config), component, {
      url: `https://127.0.0.1:${ports.clusterApi(index).webhooks}`,
      ca: access.ca,
    }),
  );
  const definitions = (await Promise.all([...components, vsphereDefinitions()])).flat();
  const deployments = await clusterApiDeployments();
  await onceFor([...definitions, ...deployments], join(path, 'defined'), async () => {
    const client = new JsonClient(access, { timeoutMs: 30_000 });
    try {
      await applyDefinitions(client, definitions);
      // Their namespaces are there now.
      await applyDefinitions(client, deployments);
    } finally {
      client.close();
    }
  });
}
