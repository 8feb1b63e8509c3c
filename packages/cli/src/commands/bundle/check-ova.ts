import { fileSource } from '@sealift/vsphere/byte-source';
import { openOva } from '@sealift/vsphere/ova';

/**
 * Reads an OVA to its end as an import into vCenter does: descriptor, manifest, and every disk by its digest. What no vCenter could
 * take is found by the vendor, not by the operator in the window of an upgrade.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, OVA_INVALID, OVA_DIGEST_MISMATCH, CANCELLED
 */
export async function checkOva(path: string, cancel: AbortSignal): Promise<void> {
  await using ova = await openOva(await fileSource(path), cancel);
  for await (const file of ova.files()) await readToEnd(file.open());
  await ova.finish();
}

async function readToEnd(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const reading = chunks[Symbol.asyncIterator]();
  while ((await reading.next()).done !== true);
}
