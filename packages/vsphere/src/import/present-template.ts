import { SealiftError } from '@sealift/core/errors';
import type { OvfPackage, PackageIdentity } from '../ovf/package.ts';
import { parseIdentity, sameContent, type TemplateIdentity } from './identity.ts';
import type { ImportRequest } from './import-request.ts';
import type { Machine } from './machines.ts';
import { arrivedImports, importerOf, isTemporaryNameOf } from './temporary-name.ts';

/**
 * The identity of what has the template's name already, when it is the image.
 *
 * @throws VSPHERE_TEMPLATE_OTHER, VSPHERE_TEMPLATE_UNPROVEN
 */
export async function provenSame(present: Machine, ovf: OvfPackage, request: ImportRequest): Promise<TemplateIdentity> {
  const found = parseIdentity(present.annotation);
  const values = { name: present.name };
  if (found === undefined) throw new SealiftError('VSPHERE_TEMPLATE_UNPROVEN', { values });
  const compared = sameContent(found, knownOf(ovf, request)) ?? sameContent(found, await readWhole(ovf));
  if (compared === undefined) throw new SealiftError('VSPHERE_TEMPLATE_UNPROVEN', { values });
  if (compared.same) return found;
  throw new SealiftError('VSPHERE_TEMPLATE_OTHER', {
    values: { ...values, found: compared.found, wanted: compared.wanted },
    place: ovf.place,
  });
}

/**
 * What an import that has ended left whole under a temporary name: its identity is written only when everything had arrived and was
 * compared, so nothing has to be sent again.
 */
export function wholeLeftover(
  machines: readonly Machine[],
  name: string,
  ovf: OvfPackage,
  request: ImportRequest,
): { readonly machine: Machine; readonly identity: TemplateIdentity } | undefined {
  for (const machine of machines) {
    if (!isTemporaryNameOf(machine.name, name) || machine.poweredOn) continue;
    // Finishing what another machine is finishing too harms neither: each step looks first.
    if (!['ended', 'elsewhere'].includes(importerOf(machine) ?? '')) continue;
    const identity = parseIdentity(machine.annotation) ?? arrivedImports.get(machine.name);
    if (identity !== undefined && sameContent(identity, knownOf(ovf, request))?.same === true)
      return { machine, identity };
  }
  return undefined;
}

/** What is known of a package before its disks are read. */
function knownOf({ manifestSha256 }: OvfPackage, { sha256 }: ImportRequest): PackageIdentity {
  return { ova: sha256, manifest: manifestSha256 };
}

/**
 * What the package is, learnt by reading it without sending: every size and digest in it is checked.
 *
 * @param onBytes bytes of its files so far
 */
export async function readWhole(ovf: OvfPackage, onBytes?: (bytes: number) => void): Promise<PackageIdentity> {
  let bytes = 0;
  for await (const file of ovf.files()) {
    for await (const chunk of file.open()) {
      bytes += chunk.byteLength;
      onBytes?.(bytes);
    }
  }
  return await ovf.finish();
}
