import { formatInventory } from '@sealift/bundle/inventory';
import { readRegistryInventory } from '@sealift/bundle/registry-inventory';
import { writeFileAtomically } from '@sealift/io/durable-file';
import type { CliContext } from '../../context.ts';
import { machineKeys } from '../../client/trust.ts';
import { findUploadPlaces } from '../../client/upload-place.ts';

export interface InventoryOptions {
  readonly output: string;
  readonly json?: true;
  readonly quiet?: true;
}

/** Writes the inventory of the registries that bundles are uploaded to. */
export async function writeInventory(options: InventoryOptions, context: CliContext): Promise<void> {
  using places = await findUploadPlaces(context);
  const { releases, incomplete, ...inventory } = await readRegistryInventory(places, await machineKeys(context));
  await writeFileAtomically(options.output, formatInventory(inventory));
  if (options.json === true) {
    context.out(JSON.stringify({ path: options.output, releases, incomplete, blobs: inventory.blobs.length }));
    return;
  }
  if (options.quiet === true) return;
  context.out(`${options.output}  ${inventory.blobs.length} blobs of ${releases.join(', ')}`);
  for (const tag of incomplete) context.out(`left out: ${tag}, whose content is not whole`);
}
