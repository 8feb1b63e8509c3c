import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '@sealift/core/errors';
import type { VcenterClient } from '../client/client.ts';
import type { OvfPackage } from '../ovf/package.ts';
import type { Reference } from '../xml/reference.ts';
import { isPassing } from './ensure.ts';
import { completeTemplate, ensureAnnotation, ensureName } from './finish-template.ts';
import { printIdentity, type TemplateIdentity } from './identity.ts';
import { describe, type ImportOptions, type ImportRequest } from './import-request.ts';
import { createImportSpec } from './import-spec.ts';
import { abortLease, completeLease, startImport, waitForLease } from './lease.ts';
import { destroyMachine, findMachines } from './machines.ts';
import { type ComputePlace, type Datacenter } from './places.ts';
import { createTemplateFolder, type TemplateFolder } from './template-folder.ts';
import { sendPackage } from './send-package.ts';
import { arrivedImports, importLine, runningImports, temporaryName } from './temporary-name.ts';

/** An import whose places are found. */
export interface ImportPlan {
  readonly client: VcenterClient;
  readonly ovf: OvfPackage;
  readonly request: ImportRequest;
  readonly options: ImportOptions;
  readonly name: string;
  readonly compute: ComputePlace;
  readonly datacenter: Datacenter;
  readonly folder: TemplateFolder;
}

/**
 * Sends a node image under a temporary name and finishes it. What a failure leaves is removed, unless everything had arrived and the
 * failure passes by itself: then the next import finishes it.
 *
 * @throws as `importTemplate`
 */
export async function makeTemplate(plan: ImportPlan): Promise<TemplateIdentity> {
  const { client, ovf, request, options, name, compute, datacenter, folder } = plan;
  const { cancel, retryDelaysMs } = options;
  const folderRef = folder.ref ?? (await createTemplateFolder(client, datacenter, request.folder, cancel));
  const temporary = temporaryName(name);
  runningImports.add(temporary);
  let lease: Reference | undefined;
  let isSent = false;
  let isAsked = false;
  try {
    const spec = await createImportSpec(client, ovf, compute, {
      name: temporary,
      annotation: `An import that is not finished.\n${importLine()}`,
      networks: request.networks ?? [],
      cancel,
    });
    for (const one of spec.warnings) options.onNote?.(one);
    isAsked = true;
    lease = await startImport(client, compute.resourcePool, spec.spec, folderRef, cancel);
    const ready = await waitForLease(client, lease, cancel);
    const sent = await sendPackage(client, ovf, spec.fileItems, ready, {
      caFile: options.caFile,
      ca: options.ca,
      cancel,
      expectedSha256: request.sha256,
      onProgress: options.onProgress,
      retryDelaysMs,
    });
    for (const one of ovf.warnings) options.onNote?.(one);
    await completeLease(client, lease, { cancel, retryDelaysMs });
    lease = undefined;
    isAsked = false;
    isSent = true;
    const identity = describe(ovf, request, sent);
    arrivedImports.set(temporary, identity);
    await finishTemplate(client, ready.entity, { name, identity, pool: compute.resourcePool }, options);
    arrivedImports.delete(temporary);
    return identity;
  } catch (error) {
    if (isSent && isPassing(error))
      options.onNote?.(`${temporary} is whole; the next import finishes it and sends nothing`);
    else {
      arrivedImports.delete(temporary);
      // Of a request whose answer never came nobody knows whether vCenter goes on with it.
      const mayCome = isAsked && lease === undefined && (isPassing(error) || cancel?.aborted === true);
      await cleanUp(client, lease, { folder: folderRef, temporary, mayCome }, options);
    }
    throw error;
  } finally {
    runningImports.delete(temporary);
  }
}

/**
 * Says what a machine is that arrived whole, makes a template of it, and gives it its name last: whoever finds the name finds a whole
 * template, and whoever finds the identity under another name can go on from there.
 */
export async function finishTemplate(
  client: VcenterClient,
  machine: Reference,
  wanted: { readonly name: string; readonly identity: TemplateIdentity; readonly pool: Reference },
  { cancel, retryDelaysMs }: ImportOptions,
): Promise<void> {
  const finish = { cancel, retryDelaysMs };
  const annotation = `${printIdentity(wanted.identity, new Date())}\n${importLine()}`;
  await ensureAnnotation(client, machine, annotation, finish);
  await completeTemplate(client, machine, () => Promise.resolve(wanted.pool), finish);
  await ensureName(client, machine, wanted.name, finish);
}

const cleanUpTimeoutMs = 60_000;
/** How often, and how many ms apart, a machine is looked for that may still come. */
const looks = { most: 6, pauseMs: 500 };

/** Leaves nothing of a failed import; a failure in here is a remark, because the next import cleans up as well. */
async function cleanUp(
  client: VcenterClient,
  lease: Reference | undefined,
  { folder, temporary, mayCome }: { readonly folder: Reference; readonly temporary: string; readonly mayCome: boolean },
  { onNote }: ImportOptions,
): Promise<void> {
  if (lease !== undefined) await abortLease(client, lease);
  // Not the import's own signal: what is left has to go also when the person has pressed Ctrl-C.
  const cancel = AbortSignal.timeout(cleanUpTimeoutMs);
  try {
    for (let look = 1; look <= (mayCome ? looks.most : 1); look += 1) {
      if (look > 1) await delay(looks.pauseMs, undefined, { signal: cancel });
      const machines = await findMachines(client, folder, { recursive: false, cancel });
      const left = machines.filter((machine) => machine.name === temporary);
      for (const { ref } of left) {
        const gone = await destroyMachine(client, ref, cancel);
        if (!gone) onNote?.(`${temporary} is still held by vCenter, which removes it when its lease expires`);
      }
      if (left.length > 0) return;
    }
  } catch (error) {
    const reason = reasonOf(error);
    onNote?.(`${temporary} could not be removed (${reason}); the next import does it`);
  }
}
