import { canonicalJson } from '@sealift/core/canonical-json';
import { blockBytes } from '@sealift/io/tar-block';
import { signaturePath, stubBytes } from '../format/manifest.ts';
import { placeEnd, tarHead } from '../format/tar.ts';
import { maxSignatureBytes } from '../minisign/signature.ts';
import { damaged, readPart } from '../read/bundle-file.ts';
import type { Bundle } from '../read/open-bundle.ts';

/**
 * The bytes of `bundle.json.minisig`, whose place and canonical header were checked when the bundle was opened.
 *
 * @throws BUNDLE_DAMAGED when the file has changed since, FILE_UNREADABLE
 */
export async function readSignature({ file, manifest, payloadStart, path }: Bundle): Promise<Buffer> {
  const start = stubBytes + placeEnd([{ size: Buffer.byteLength(canonicalJson(manifest)) }]);
  const member = await readPart(file, start, Math.min(payloadStart - start, maxSignatureBytes + 2 * blockBytes));
  const size = Number.parseInt(member.toString('latin1', 124, 135), 8);
  if (!(size <= member.length - blockBytes) || !member.subarray(0, blockBytes).equals(tarHead(signaturePath, size))) {
    throw damaged(path, `the header of ${signaturePath} changed after it was verified`);
  }
  return member.subarray(blockBytes, blockBytes + size);
}
