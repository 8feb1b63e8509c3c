import type { PublicKey } from '@sealift/bundle/minisign';
import { loadTrustedKeys, readPublicKeyFile } from '@sealift/bundle/trusted-keys';
import { verifyBundle } from '@sealift/bundle/verify';
import type { CliContext } from '../context.ts';
import { describeDifferential, summaryOf } from './differential-summary.ts';

/** Verifies a bundle without running anything of it. */
export async function verifyFile(
  file: string,
  options: { publicKey?: string; json?: true; quiet?: true },
  context: CliContext,
): Promise<void> {
  const label = `Verifying ${file}`;
  const trustedKeys: readonly PublicKey[] =
    options.publicKey === undefined ? await loadTrustedKeys(context.env) : [await readPublicKeyFile(options.publicKey)];
  const verified = await verifyBundle(file, {
    trustedKeys,
    cancel: context.cancel,
    hashFile: options.json === true,
    onProgress: (done, total) => context.progress.update(label, done / total),
  });
  context.progress.done(label);
  const { manifest, key, fileSha256 } = verified;
  const { product, version, kind, length, members, differential } = manifest;
  if (options.json === true) {
    const signedBy = { keyId: key.keyId, fingerprint: key.fingerprint };
    const bundle = {
      path: file,
      kind,
      product,
      version,
      sizeBytes: length,
      members: members.length,
      sha256: fileSha256,
      ...(differential === undefined ? {} : { differential: summaryOf(differential) }),
    };
    context.out(JSON.stringify({ verified: true, bundle, signedBy, at: new Date().toISOString() }));
  } else if (options.quiet !== true) {
    context.out(`${file} is whole: ${kind} ${product} ${version}, ${members.length} files, ${length} bytes`);
    if (differential !== undefined) context.out(describeDifferential(differential));
    context.out(`signed by key ID ${key.keyId}, fingerprint ${key.fingerprint}`);
  }
}
