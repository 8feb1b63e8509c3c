import { Secret } from '../../packages/core/src/secret/index.ts';
import { VcenterClient } from '../../packages/vsphere/src/client/client.ts';
import { parseThumbprint } from '../../packages/vsphere/src/connection/thumbprint.ts';
import { createImportSpec, type FileItem } from '../../packages/vsphere/src/import/import-spec.ts';
import { abortLease, type ReadyLease, startImport, waitForLease } from '../../packages/vsphere/src/import/lease.ts';
import { destroyMachine } from '../../packages/vsphere/src/import/machines.ts';
import { findComputePlace, findDatacenter } from '../../packages/vsphere/src/import/places.ts';
import { createTemplateFolder } from '../../packages/vsphere/src/import/template-folder.ts';
import { openPackage } from '../../packages/vsphere/src/ovf/open-package.ts';
import type { OvfPackage } from '../../packages/vsphere/src/ovf/package.ts';

/** How a vCenter is reached. */
export interface Login {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly thumbprint: string;
}

/** What an upload needs, ready to begin. */
export interface OpenLease {
  readonly client: VcenterClient;
  readonly ovf: OvfPackage;
  readonly items: readonly FileItem[];
  readonly ready: ReadyLease;
}

/** Opens an image, gets a lease for it as an import does, and gives it up afterwards. */
export async function withLease<Result>(
  { url, username, password, thumbprint }: Login,
  ova: string,
  use: (lease: OpenLease) => Promise<Result>,
): Promise<Result> {
  const pinned = parseThumbprint(thumbprint);
  const secret = new Secret(password);
  await using client = await VcenterClient.connect({ url, username, password: secret, thumbprint: pinned, env: {} });
  await using ovf = await openPackage(ova, { env: {} });
  const datacenter = await findDatacenter(client, undefined);
  const compute = await findComputePlace(client, datacenter, {});
  const folder = await createTemplateFolder(client, datacenter);
  const wanted = { name: 'bench', annotation: '', networks: ['VM Network'] };
  const { spec, fileItems } = await createImportSpec(client, ovf, compute, wanted);
  const ready = await waitForLease(client, await startImport(client, compute.resourcePool, spec, folder));
  try {
    return await use({ client, ovf, items: fileItems, ready });
  } finally {
    await abortLease(client, ready.lease);
    await destroyMachine(client, ready.entity);
  }
}
