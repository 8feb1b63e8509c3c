import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import type { VcenterClient } from '../client/client.ts';
import { escapeName } from '../property/inventory.ts';
import type { OvfPackage, PackageIdentity } from '../ovf/package.ts';
import type { Reference } from '../xml/reference.ts';
import { ensureAnnotation, ensureName, ensureSnapshot, ensureTemplate } from './finish-template.ts';
import { parseIdentity, printIdentity, sameContent, type TemplateIdentity } from './identity.ts';
import { createImportSpec } from './import-spec.ts';
import { abortLease, completeLease, startImport, waitForLease } from './lease.ts';
import { destroyMachine, findMachines, type Machine, removeLeftovers } from './machines.ts';
import {
  type ComputePlace,
  createTemplateFolder,
  type Datacenter,
  findComputePlace,
  findDatacenter,
  findTemplateFolder,
  type PlaceNames,
  type TemplateFolder,
} from './places.ts';
import { sendPackage } from './send-package.ts';
import { importLine, runningImports, temporaryName } from './temporary-name.ts';

export interface ImportRequest extends PlaceNames {
  /** Name of the template; `r_` and the name of the OVA without extension by default, which is where the platform looks. */
  readonly name?: string | undefined;
  /** `NAME` for all networks of the image, or `NETWORK OF THE IMAGE=NAME`. */
  readonly networks?: readonly string[] | undefined;
  /** SHA-256 that the OVA has to have, in hex: from the release. */
  readonly sha256?: string | undefined;
  /** What is inside, where the release says; else what the image says of itself. */
  readonly kubernetes?: string | undefined;
  readonly os?: string | undefined;
  /** Opens the package; anew when the import has to begin again. */
  readonly open: () => Promise<OvfPackage>;
  /** Looks and checks, changes nothing. */
  readonly dryRun?: boolean | undefined;
}

export interface ImportOptions {
  readonly caFile?: string | undefined;
  readonly cancel?: AbortSignal | undefined;
  /** Bytes of the disks that were sent, of all. */
  readonly onProgress?: ((sentBytes: number, totalBytes: number) => void) | undefined;
  /** Remarks for a person: warnings of vCenter, leftovers, a session that had to begin anew. */
  readonly onNote?: ((text: string) => void) | undefined;
  readonly retryDelaysMs?: readonly number[] | undefined;
}

export interface ImportResult {
  /** `present`: the same template was there, nothing was sent; `planned`: a dry run. */
  readonly outcome: 'imported' | 'present' | 'planned';
  readonly name: string;
  /** Inventory path. */
  readonly path: string;
  readonly identity: TemplateIdentity;
  readonly sentBytes: number;
  /** Where it went; undefined when it was there. */
  readonly compute: { readonly cluster: string; readonly datastore: string } | undefined;
}

/** Times that an import is begun anew when vCenter gives it up without blaming the image: an ended session, a lost lease. */
const attempts = 2;

/**
 * Makes a template of a node image: sends it under a temporary name, takes the snapshot, marks it, writes what it is, and gives
 * it its name last, so that whoever finds the name finds a whole template. A failure removes what was sent; what a killed
 * import leaves is removed by the next one. The same template already there: nothing is sent.
 *
 * @throws VSPHERE_TEMPLATE_OTHER, VSPHERE_TEMPLATE_UNPROVEN, VSPHERE_FOLDER_MISSING, VSPHERE_CHOICE_NEEDED, VSPHERE_PLACE_UNKNOWN,
 *   VSPHERE_IMPORT_REFUSED, VSPHERE_DATASTORE_FULL, VSPHERE_PERMISSION_DENIED, OVA_…, DOWNLOAD_…, CANCELLED
 */
export async function importTemplate(
  client: VcenterClient,
  request: ImportRequest,
  options: ImportOptions = {},
): Promise<ImportResult> {
  for (let attempt = 1; ; attempt += 1) {
    await using ovf = await request.open();
    try {
      return await importOnce(client, ovf, request, options);
    } catch (error) {
      const again = isSealiftError(error, 'VSPHERE_LEASE_LOST') || isSealiftError(error, 'VSPHERE_OBJECT_GONE');
      if (!again || attempt === attempts || options.cancel?.aborted === true) throw error;
      options.onNote?.(`${error.message}; the import begins anew`);
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
  const name = request.name ?? `r_${ovf.baseName}`;
  const datacenter = await findDatacenter(client, request.datacenter, cancel);
  const folder = await findTemplateFolder(client, datacenter, request.folder, cancel);
  const machines = folder.ref === undefined ? [] : await findMachines(client, folder.ref, { recursive: false, cancel });
  const present = machines.find((machine) => machine.name === name);
  const path = `${folder.path}/${escapeName(name)}`;
  if (present !== undefined) {
    const identity = await provenSame(present, ovf, request);
    return { outcome: 'present', name, path, identity, sentBytes: 0, compute: undefined };
  }
  if (folder.ref === undefined && request.createFolder !== true) {
    throw new SealiftError('VSPHERE_FOLDER_MISSING', { values: { folder: folder.path } });
  }
  const compute = await findComputePlace(client, datacenter, request, cancel);
  refuseSmallDatastore(ovf, compute);
  const plan: Plan = { client, ovf, request, options, name, compute, datacenter, folder };
  if (request.dryRun === true) return await planned(plan, path);
  const { removed, kept } = await removeLeftovers(client, machines, name, cancel);
  for (const one of removed) onNote?.(`removed ${one}, which a cut import had left`);
  for (const one of kept)
    onNote?.(`${one} of a cut import is still held by vCenter, which removes it when its lease expires`);
  const identity = await make(plan);
  const sentBytes = ovf.totalBytes ?? 0;
  const places = { cluster: compute.cluster.name, datastore: compute.datastore.name };
  return { outcome: 'imported', name, path, identity, sentBytes, compute: places };
}

interface Plan {
  readonly client: VcenterClient;
  readonly ovf: OvfPackage;
  readonly request: ImportRequest;
  readonly options: ImportOptions;
  readonly name: string;
  readonly compute: ComputePlace;
  readonly datacenter: Datacenter;
  readonly folder: TemplateFolder;
}

/** Has vCenter read the descriptor too, so that its errors are known before the day of the upgrade. */
async function planned({ client, ovf, request, options, name, compute }: Plan, path: string): Promise<ImportResult> {
  const spec = await createImportSpec(client, ovf, compute, {
    name,
    annotation: '',
    networks: request.networks ?? [],
    cancel: options.cancel,
  });
  for (const one of [...spec.warnings, ...ovf.warnings]) options.onNote?.(one);
  const identity = describe(ovf, request, { ova: request.sha256, manifest: ovf.manifestSha256 });
  const places = { cluster: compute.cluster.name, datastore: compute.datastore.name };
  return { outcome: 'planned', name, path, identity, sentBytes: 0, compute: places };
}

async function make(plan: Plan): Promise<TemplateIdentity> {
  const { client, ovf, request, options, name, compute, datacenter, folder } = plan;
  const { cancel } = options;
  const folderRef = folder.ref ?? (await createTemplateFolder(client, datacenter, request.folder, cancel));
  const temporary = temporaryName(name);
  runningImports.add(temporary);
  let lease: Reference | undefined;
  try {
    const spec = await createImportSpec(client, ovf, compute, {
      name: temporary,
      annotation: `An import that is not finished.\n${importLine()}`,
      networks: request.networks ?? [],
      cancel,
    });
    for (const one of spec.warnings) options.onNote?.(one);
    lease = await startImport(client, compute.resourcePool, spec.spec, folderRef, cancel);
    const ready = await waitForLease(client, lease, cancel);
    const sent = await sendPackage(client, ovf, spec.fileItems, ready, {
      caFile: options.caFile,
      cancel,
      expectedSha256: request.sha256,
      onProgress: options.onProgress,
      retryDelaysMs: options.retryDelaysMs,
    });
    for (const one of ovf.warnings) options.onNote?.(one);
    await completeLease(client, lease, cancel);
    lease = undefined;
    const identity = describe(ovf, request, sent);
    await ensureSnapshot(client, ready.entity, cancel);
    await ensureTemplate(client, ready.entity, cancel);
    const annotation = `${printIdentity(identity, new Date())}\n${importLine()}`;
    await ensureAnnotation(client, ready.entity, annotation, cancel);
    await ensureName(client, ready.entity, name, cancel);
    return identity;
  } catch (error) {
    await cleanUp(client, lease, folderRef, temporary, options);
    throw error;
  } finally {
    runningImports.delete(temporary);
  }
}

/** Leaves nothing of a failed import; a failure in here is a remark, because the next import cleans up as well. */
async function cleanUp(
  client: VcenterClient,
  lease: Reference | undefined,
  folder: Reference,
  temporary: string,
  { onNote }: ImportOptions,
): Promise<void> {
  if (lease !== undefined) await abortLease(client, lease);
  // Not the import's own signal: what is left has to go also when the person has pressed Ctrl-C.
  const cancel = AbortSignal.timeout(cleanUpTimeoutMs);
  try {
    const machines = await findMachines(client, folder, { recursive: false, cancel });
    for (const { ref } of machines.filter((machine) => machine.name === temporary)) {
      const gone = await destroyMachine(client, ref, cancel);
      if (!gone) onNote?.(`${temporary} is still held by vCenter, which removes it when its lease expires`);
    }
  } catch (error) {
    const reason = reasonOf(error);
    onNote?.(`${temporary} could not be removed (${reason}); the next import does it`);
  }
}

const cleanUpTimeoutMs = 60_000;

/** @throws VSPHERE_TEMPLATE_OTHER, VSPHERE_TEMPLATE_UNPROVEN */
async function provenSame(present: Machine, ovf: OvfPackage, request: ImportRequest): Promise<TemplateIdentity> {
  const found = parseIdentity(present.annotation);
  const values = { name: present.name };
  if (found === undefined) throw new SealiftError('VSPHERE_TEMPLATE_UNPROVEN', { values });
  const known = { ova: request.sha256, manifest: ovf.manifestSha256 };
  const compared = sameContent(found, known) ?? sameContent(found, await readWhole(ovf));
  if (compared === undefined) throw new SealiftError('VSPHERE_TEMPLATE_UNPROVEN', { values });
  if (compared.same) return found;
  throw new SealiftError('VSPHERE_TEMPLATE_OTHER', {
    values: { ...values, found: compared.found, wanted: compared.wanted },
    place: ovf.place,
  });
}

/** What the package is, learnt by reading it without sending. */
async function readWhole(ovf: OvfPackage): Promise<PackageIdentity> {
  for await (const file of ovf.files()) for await (const _ of file.open());
  return await ovf.finish();
}

function describe(
  ovf: OvfPackage,
  { kubernetes, os }: ImportRequest,
  { ova, manifest }: PackageIdentity,
): TemplateIdentity {
  return { ova, manifest, kubernetes: kubernetes ?? ovf.descriptor.kubernetes, os: os ?? ovf.descriptor.os };
}

/** Disks grow when they are unpacked, so this refuses only what cannot fit in any case. @throws VSPHERE_DATASTORE_FULL */
function refuseSmallDatastore({ totalBytes, place }: OvfPackage, { datastore }: ComputePlace): void {
  if (totalBytes === undefined || totalBytes <= datastore.freeBytes) return;
  const reason = `${datastore.name} has ${datastore.freeBytes} bytes free, the image needs at least ${totalBytes}`;
  throw new SealiftError('VSPHERE_DATASTORE_FULL', { values: { reason }, place });
}
