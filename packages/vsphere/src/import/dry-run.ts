import { SealiftError } from '@sealift/core/errors';
import { invalidOva } from '../ovf/invalid-ova.ts';
import { describe, type ImportResult, placesOf } from './import-request.ts';
import { createImportSpec } from './import-spec.ts';
import type { ImportPlan } from './make-template.ts';
import { readWhole } from './present-template.ts';

/**
 * Says what an import would do, and fails with what it would fail with: has vCenter read the descriptor, and reads the whole package as
 * if it were sent, so that its errors are known before the day of the upgrade. Remarks tell what only an import finds out.
 *
 * @param leftover what would be finished instead of sending
 * @throws VSPHERE_IMPORT_REFUSED, OVA_…, and what reading the package fails with
 */
export async function dryRun(plan: ImportPlan, path: string, leftover: string | undefined): Promise<ImportResult> {
  const { client, ovf, request, options, name, compute } = plan;
  const { cancel, onNote, onProgress } = options;
  const spec = await createImportSpec(client, ovf, compute, {
    name,
    annotation: '',
    networks: request.networks ?? [],
    cancel,
  });
  const total = ovf.totalBytes ?? 0;
  const sent = await readWhole(ovf, (bytes) => onProgress?.(bytes, total === 0 ? 0 : Math.max(total, bytes)));
  if (request.sha256 !== undefined && sent.ova !== undefined && sent.ova !== request.sha256) {
    const values = { expected: request.sha256, actual: sent.ova };
    throw new SealiftError('OVA_OTHER', { values, place: ovf.place });
  }
  const held = new Set(ovf.descriptor.files.map((file) => file.name));
  const missing = spec.fileItems.find((item) => !held.has(item.path));
  if (missing !== undefined) throw invalidOva(ovf.place, `it does not hold ${missing.path}, which vCenter asks for`);
  for (const one of [...spec.warnings, ...ovf.warnings]) onNote?.(one);
  if (leftover !== undefined) onNote?.(`${leftover} has arrived whole before; it would be finished, and nothing sent`);
  onNote?.('not looked at: whether this machine reaches the ESXi hosts, which vCenter names only when disks are sent');
  return {
    outcome: 'planned',
    name,
    path,
    identity: describe(ovf, request, sent),
    sentBytes: 0,
    compute: placesOf(compute),
  };
}
