import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const port = z.int().min(1).max(65_535);

const form = z.strictObject({
  format: z.literal(1),
  firstPort: port,
  version: z.string(),
  clusterName: z.string(),
  namespace: z.string(),
  selfManaged: z.boolean(),
  ownMinors: z.boolean().default(false),
  /** Versions whose node image is in vCenter. */
  nodeImages: z.array(z.string()),
  controlPlanes: z.array(
    z.strictObject({
      name: z.string(),
      version: z.string(),
      etcdTag: z.string(),
      ports: z.strictObject({ etcd: port, peer: port, api: port }),
      initialCluster: z.string(),
      state: z.enum(['new', 'existing']),
      extraArgs: z.record(z.string(), z.string()),
      volumes: z
        .array(z.strictObject({ hostPath: z.string(), mountPath: z.string(), pathType: z.string().optional() }))
        .readonly()
        .default([]),
    }),
  ),
  /** Machines whose Node is there. */
  joined: z.array(z.string()),
});

/** What has to be known of a site, beside its data, to start it again. */
export type SavedSite = z.infer<typeof form>;

/** Below a saved site's folder. */
const workload = 'workload';
const description = 'site.json';

/** Where the management cluster, or what a self-managed one has of it, is kept below a saved site's folder. */
export function managementIn(folder: string): string {
  return join(folder, 'management');
}

/**
 * Writes a saved site; it appears whole or not at all.
 *
 * @param keepManagement writes the management cluster into a folder that is not there yet
 * @param workloadFolder of the workload cluster, whose programs have ended
 */
export async function saveSite(
  to: string,
  site: SavedSite,
  {
    keepManagement,
    workloadFolder,
  }: { readonly keepManagement: (folder: string) => Promise<void>; readonly workloadFolder: () => Promise<string> },
): Promise<void> {
  const unfinished = `${to}.unfinished-${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  await mkdir(dirname(to), { recursive: true });
  await keepManagement(managementIn(unfinished));
  await cp(await workloadFolder(), join(unfinished, workload), {
    recursive: true,
    filter: (path) => !path.endsWith('.log'),
  });
  await writeFile(join(unfinished, description), JSON.stringify(site), { mode: 0o600 });
  await rm(to, { recursive: true, force: true });
  await rename(unfinished, to);
}

/** @throws Error when it is no saved site, or one of another format */
export async function readSite(folder: string): Promise<SavedSite> {
  return form.parse(JSON.parse(await readFile(join(folder, description), 'utf8')));
}

/** Copies a part of a saved site to where it is to run. */
export async function copyWorkload(from: string, to: string): Promise<void> {
  await cp(join(from, workload), to, { recursive: true });
}
