import { evidenceOf } from '@sealift/bundle/evidence';
import { verifyOpenBundle } from '@sealift/bundle/verify';
import type { CliContext } from '../../context.ts';
import { programVersion } from '@sealift/core/program-version';
import { describeDifferential } from './differential-summary.ts';
import { openWithKeys } from './trusted-keys.ts';

/** Verifies a bundle without running anything of it; as JSON the result is the evidence record. */
export async function verifyFile(
  file: string,
  options: { publicKey?: string; json?: true; quiet?: true },
  context: CliContext,
): Promise<void> {
  const label = `Verifying ${file}`;
  await using bundle = await openWithKeys(file, options.publicKey, context);
  const verified = await verifyOpenBundle(bundle, {
    cancel: context.cancel,
    hashFile: options.json === true,
    onProgress: (doneBytes, totalBytes) =>
      context.progress.update(label, doneBytes / totalBytes, undefined, { doneBytes, totalBytes }),
  });
  context.progress.done(label);
  const { manifest, key } = verified;
  const { product, version, kind, length, members, differential } = manifest;
  if (options.json === true) {
    context.out(JSON.stringify(evidenceOf(bundle, verified, programVersion)));
  } else if (options.quiet !== true) {
    context.out(`${file} is whole: ${kind} ${product} ${version}, ${members.length} files, ${length} bytes`);
    if (differential !== undefined) context.out(describeDifferential(differential));
    context.out(`signed by key ID ${key.keyId}, fingerprint ${key.fingerprint}`);
  }
}
