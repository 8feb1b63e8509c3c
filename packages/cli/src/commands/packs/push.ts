import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPackBundle, type CreatePackBundleOptions } from '@sealift/bundle/create-pack';
import { evidenceOf } from '@sealift/bundle/evidence';
import { readBundlePack } from '@sealift/bundle/pinned-content';
import { openBundle } from '@sealift/bundle/read';
import { uploadRelease } from '@sealift/bundle/upload';
import { verifyOpenBundle } from '@sealift/bundle/verify';
import { programVersion } from '@sealift/core/program-version';
import { findUploadPlaces } from '../../client/upload-place.ts';
import type { CliContext } from '../../context.ts';
import { retryNotice } from '../../terminal/retry-notice.ts';
import { imageSource } from '../bundle/create-pack.ts';
import { readSigningKey, type SigningKeyOptions } from '../bundle/signing-key.ts';
import { incompleteUpload, uploadReport } from '../bundle/upload-report.ts';

export interface PushOptions extends SigningKeyOptions {
  readonly image?: readonly string[];
  readonly elsewhere?: readonly string[];
  readonly dryRun?: true;
  readonly json?: true;
  readonly quiet?: true;
}

/**
 * Sends a pack to the registries as its bundle would, by way of one in a temporary folder: what is pushed is exactly what was signed.
 *
 * @throws PACK_*, RELEASE_IMAGE_MISSING, REGISTRY_*, PLATFORM_*, KEY_*
 */
export async function pushPack(folder: string, options: PushOptions, context: CliContext): Promise<void> {
  const { cancel, env, progress } = context;
  const secretKey = await readSigningKey(options);
  const common: CreatePackBundleOptions = {
    pack: folder,
    images: (options.image ?? []).map(imageSource),
    elsewhere: options.elsewhere ?? [],
    folder: process.cwd(),
    secretKey,
    executables: [],
    sealift: programVersion,
    cancel,
    env,
    onRetry: retryNotice(context),
    onProgress: (_, done, total) => progress.update('Reading the content', total === 0 ? 1 : done / total),
  };
  if (options.dryRun === true) {
    const { packRelease } = await createPackBundle({ ...common, dryRun: true });
    const { name, version } = packRelease.pack;
    if (options.json === true) return context.out(JSON.stringify({ dryRun: true, packRelease }));
    if (options.quiet !== true) {
      context.out(`${name} ${version} with ${packRelease.images.length} images would be pushed. Nothing was.`);
    }
    return;
  }
  // Before anything is collected: where it goes must be known.
  using places = await findUploadPlaces(context);
  const temporary = await mkdtemp(join(tmpdir(), 'sealift-pack-push-'));
  try {
    const path = join(temporary, 'pack.bin');
    await createPackBundle({ ...common, output: path });
    await using bundle = await openBundle(path, { trustedKeys: [secretKey.publicKey] });
    const evidence = evidenceOf(bundle, await verifyOpenBundle(bundle, { hashFile: true, cancel }), programVersion);
    const result = await uploadRelease({
      bundle,
      packs: places.packs,
      images: places.images,
      release: await readBundlePack(bundle),
      cancel,
      onRetry: ({ what, attempt, delayMs, reason }) => progress.retry?.({ what, attempt, delayMs, reason }),
      onProgress: (doneBytes, totalBytes) =>
        progress.update('Pushing', totalBytes === 0 ? 1 : doneBytes / totalBytes, undefined, { doneBytes, totalBytes }),
    });
    const incomplete = incompleteUpload(result);
    if (incomplete !== undefined) throw incomplete;
    const { product, version } = bundle.manifest;
    // For the audit log: who brought what, by which key.
    await places.platform?.postOnly('/api/v1/uploads', {
      product,
      version,
      bundleSha256: evidence.bundle.sha256,
      keyId: bundle.key.keyId,
      evidence,
      pushed: result.items.filter(({ state }) => state === 'pushed').length,
      skipped: result.items.filter(({ state }) => state === 'present').length,
    });
    if (options.json === true) return context.out(JSON.stringify(uploadReport(bundle, result)));
    if (options.quiet === true) return;
    for (const { kind, name, state } of result.items) context.out(`${kind} ${name}: ${state}`);
    context.note(
      '`sealift sync` takes it into the catalogue, where the key is trusted (`sealift keys trust FILE --console`).',
    );
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
