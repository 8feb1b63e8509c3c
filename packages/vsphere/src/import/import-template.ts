import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { Attempts } from '@sealift/io/retry';
import type { VcenterClient } from '../client/client.ts';
import { escapeName } from '../property/inventory.ts';
import type { OvfPackage } from '../ovf/package.ts';
import { dryRun } from './dry-run.ts';
import { completeTemplate } from './finish-template.ts';
import { checkedName, refuseTakenName } from './free-name.ts';
import { type ImportOptions, type ImportRequest, type ImportResult, placesOf } from './import-request.ts';
import { finishTemplate, type ImportPlan, makeTemplate } from './make-template.ts';
import { findMachines, type Machine, removeLeftovers } from './machines.ts';
import { type ComputePlace, type Datacenter, findComputePlace, findDatacenter, findTemplatePool } from './places.ts';
import { findTemplateFolder } from './template-folder.ts';
import { arrivedImports } from './temporary-name.ts';
import { provenSame, wholeLeftover } from './present-template.ts';

export type { ImportOptions, ImportRequest, ImportResult } from './import-request.ts';

/** An import is begun anew once, when vCenter gives it up without blaming the image: an ended session, a lost lease, a restart. */
const beginAnewAfterMs = [2000];
const beginAnew: readonly string[] = ['VSPHERE_LEASE_LOST', 'VSPHERE_OBJECT_GONE', 'VSPHERE_UNAVAILABLE'];

/**
 * Makes a template of a node image: sends it under a temporary name, writes what it is, takes the snapshot, marks it, and gives
 * it its name last, so that whoever finds the name finds a whole template. A failure removes what was sent, unless it had arrived
 * whole and only vCenter was out of reach; what a killed import leaves is finished or removed by the next one. The same template
 * already there: nothing is sent, and what it lacks of a template is mended.
 *
 * @throws VSPHERE_NAME_INVALID, VSPHERE_NAME_TAKEN, VSPHERE_TEMPLATE_OTHER, VSPHERE_TEMPLATE_UNPROVEN, VSPHERE_TEMPLATE_POWERED_ON,
 *   VSPHERE_FOLDER_MISSING, VSPHERE_CHOICE_NEEDED, VSPHERE_PLACE_UNKNOWN, VSPHERE_IMPORT_REFUSED, VSPHERE_DATASTORE_FULL,
 *   VSPHERE_PERMISSION_DENIED, VSPHERE_UNAVAILABLE, OVA_…, DOWNLOAD_…, CANCELLED
 */
export async function importTemplate(
  client: VcenterClient,
  request: ImportRequest,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const { cancel, onNote, retryDelaysMs } = options;
  const attempts = new Attempts({
    passes: (error) => isSealiftError(error) && beginAnew.includes(error.code) && cancel?.aborted !== true,
    delaysMs: retryDelaysMs?.slice(0, beginAnewAfterMs.length) ?? beginAnewAfterMs,
    onRetry: (_attempt, _delayMs, error) => {
      if (error instanceof Error) onNote?.(`${error.message}; the import begins anew`);
    },
    cancel,
  });
  for (;;) {
    try {
      await using ovf = await request.open();
      return await importOnce(client, ovf, request, options);
    } catch (error) {
      await attempts.pauseAfter(error);
    }
  }
}

async function importOnce(
  client: VcenterClient,
  ovf: OvfPackage,
  request: ImportRequest,
  options: ImportOptions,
): Promise<ImportResult> {
  const { cancel, onNote } = options;
  const name = checkedName(request.name ?? `r_${ovf.baseName}`);
  const datacenter = await findDatacenter(client, request.datacenter, cancel, request.folder);
  const folder = await findTemplateFolder(client, datacenter, request.folder, cancel);
  const machines = folder.ref === undefined ? [] : await findMachines(client, folder.ref, { recursive: false, cancel });
  const found = machines.find((machine) => machine.name === name);
  const path = `${folder.path}/${escapeName(name)}`;
  if (found !== undefined) return await present({ client, ovf, request, options, datacenter, found, path });
  await refuseTakenName(client, folder, name, cancel);
  if (folder.ref === undefined && request.createFolder !== true) {
    throw new SealiftError('VSPHERE_FOLDER_MISSING', { values: { folder: folder.path } });
  }
  const compute = await findComputePlace(client, datacenter, request, cancel);
  const plan: ImportPlan = { client, ovf, request, options, name, compute, datacenter, folder };
  const leftover = wholeLeftover(machines, name, ovf, request);
  if (request.dryRun === true) {
    if (leftover === undefined) refuseSmallDatastore(ovf, compute);
    return await dryRun(plan, path, leftover?.machine.name);
  }
  if (leftover !== undefined) {
    const { machine, identity } = leftover;
    onNote?.(`${machine.name} has arrived whole in an import that was cut; it is finished, and nothing is sent`);
    await finishTemplate(client, machine.ref, { name, identity, pool: compute.resourcePool }, options);
    arrivedImports.delete(machine.name);
  }
  const others = machines.filter(({ ref }) => ref !== leftover?.machine.ref);
  const { removed, kept, elsewhere } = await removeLeftovers(client, others, name, cancel);
  for (const one of removed) onNote?.(`removed ${one}, which a cut import had left`);
  for (const one of kept)
    onNote?.(`${one} of a cut import is still held by vCenter, which removes it when its lease expires`);
  for (const one of elsewhere)
    onNote?.(
      `${one} is of an import that another machine began just now; where that one was cut, an import after 10 minutes removes it`,
    );
  const result = { name, path, compute: placesOf(compute) };
  if (leftover !== undefined) return { outcome: 'completed', ...result, identity: leftover.identity, sentBytes: 0 };
  // What a cut import left took room, which is there again.
  const place = removed.length === 0 ? compute : await findComputePlace(client, datacenter, request, cancel);
  refuseSmallDatastore(ovf, place);
  const identity = await makeTemplate({ ...plan, compute: place });
  return { outcome: 'imported', ...result, identity, sentBytes: ovf.totalBytes ?? 0 };
}

/** What has the name already is taken when it is the image, and made the template that it has to be. */
async function present(it: {
  readonly client: VcenterClient;
  readonly ovf: OvfPackage;
  readonly request: ImportRequest;
  readonly options: ImportOptions;
  readonly datacenter: Datacenter;
  readonly found: Machine;
  readonly path: string;
}): Promise<ImportResult> {
  const { client, ovf, request, options, datacenter, found, path } = it;
  const { cancel, retryDelaysMs } = options;
  const identity = await provenSame(found, ovf, request);
  const result = { name: found.name, path, identity, sentBytes: 0, compute: undefined };
  if (found.poweredOn) throw new SealiftError('VSPHERE_TEMPLATE_POWERED_ON', { values: { name: found.name } });
  if (found.template && found.hasSnapshot) return { outcome: 'present', ...result };
  if (request.dryRun === true) {
    const lacks = [...(found.hasSnapshot ? [] : ['snapshot']), ...(found.template ? [] : ['mark'])].join(' and ');
    options.onNote?.(`${path} is there and is the image; it lacks its ${lacks}`);
    return { outcome: 'planned', ...result };
  }
  const pool = () => findTemplatePool(client, datacenter, request, found.ref, cancel);
  await completeTemplate(client, found.ref, pool, { cancel, retryDelaysMs });
  return { outcome: 'completed', ...result };
}

/** Disks grow when they are unpacked, so this refuses only what cannot fit in any case. @throws VSPHERE_DATASTORE_FULL */
function refuseSmallDatastore({ totalBytes, place }: OvfPackage, { datastore }: ComputePlace): void {
  if (totalBytes === undefined || totalBytes <= datastore.freeBytes) return;
  const reason = `${datastore.name} has ${datastore.freeBytes} bytes free, the image needs at least ${totalBytes}`;
  throw new SealiftError('VSPHERE_DATASTORE_FULL', { values: { reason }, place });
}
