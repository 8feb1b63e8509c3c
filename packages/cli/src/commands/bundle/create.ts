import { type DifferentialBase, openBase } from '@sealift/bundle/base';
import { createBundle, type CreatedBundle, readReleaseFile } from '@sealift/bundle/create';
import type { SecretKey } from '@sealift/bundle/minisign';
import { parseSplitSize } from '@sealift/bundle/split-size';
import { nodeImagesOf } from '@sealift/core/release';
import type { CliContext } from '../../context.ts';
import { retryNotice } from '../../terminal/retry-notice.ts';
import { machineKeys } from '../../client/trust.ts';
import { parseArchitectures, provideExecutables } from '../../executable/executables.ts';
import { checkOva } from './check-ova.ts';
import { contentOf, listContent, noteUnchecked, noteUncompressed, reportWritten, writtenOf } from './created-report.ts';
import { readSigningKey, type SigningKeyOptions } from './signing-key.ts';
import { describeDifferential, summaryOf } from './differential-summary.ts';

export interface CreateOptions extends SigningKeyOptions {
  readonly file: string;
  readonly output: string;
  readonly base?: string;
  readonly architecture?: string;
  readonly executable?: readonly string[];
  readonly split?: string;
  readonly dryRun?: true;
  readonly json?: true;
  readonly quiet?: true;
}

/** Makes a bundle, or with a dry run says what it would hold. */
export async function createFromFile(options: CreateOptions, context: CliContext): Promise<void> {
  const { progress } = context;
  const architectures = options.architecture === undefined ? undefined : parseArchitectures(options.architecture);
  const splitBytes = options.split === undefined ? undefined : parseSplitSize(options.split);
  const secretKey = await readSigningKey(options);
  const label = {
    collect: 'Reading the content',
    compare: 'Comparing with the base',
    write: `Writing ${options.output}`,
  };
  await using base = await baseFor(options, secretKey, context);
  const create = async (executables: Parameters<typeof createBundle>[0]['executables']): Promise<CreatedBundle> =>
    await createBundle({
      releaseFile: options.file,
      output: options.output,
      secretKey,
      executables,
      checkOva: (path) => checkOva(path, context.cancel),
      cancel: context.cancel,
      env: context.env,
      onRetry: retryNotice(context),
      onProgress: (phase, doneBytes, totalBytes) =>
        progress.update(label[phase], totalBytes === 0 ? 1 : doneBytes / totalBytes, undefined, {
          doneBytes,
          totalBytes,
        }),
      ...(base === undefined ? {} : { base }),
      ...(splitBytes === undefined ? {} : { splitBytes }),
      ...(options.dryRun === undefined ? {} : { dryRun: true }),
    });
  if (options.dryRun === true) {
    report(await create([]), options, context);
    return;
  }
  // A mistake in the release must not be heard only after the executable was built.
  await readReleaseFile(options.file);
  const building = 'Building the executable';
  const onPhase = (_phase: string, fraction: number): void => progress.update(building, fraction);
  const executables = await provideExecutables(onPhase, context.env, {
    ...(architectures === undefined ? {} : { architectures }),
    ...(options.executable === undefined ? {} : { files: options.executable }),
  });
  progress.done(building);
  const created = await create(executables);
  progress.done(label.write);
  report(created, options, context);
}

/** A base bundle may be signed by the key of the new one, or by a trusted key. */
async function baseFor(
  { base }: CreateOptions,
  { publicKey }: SecretKey,
  context: CliContext,
): Promise<DifferentialBase | undefined> {
  return base === undefined ? undefined : await openBase(base, [publicKey, ...(await machineKeys(context))]);
}

function report(created: CreatedBundle, options: CreateOptions, context: CliContext): void {
  const { release, marker, bundle, differential } = created;
  const { metadata, spec } = release;
  if (options.json === true) {
    const leftOut = differential === undefined ? {} : { differential: summaryOf(differential) };
    const about = { bundle: writtenOf(bundle), marker: marker.digest, release, content: contentOf(created) };
    context.out(
      JSON.stringify({ ...about, unchecked: created.unchecked, uncompressed: created.uncompressed, ...leftOut }),
    );
    return;
  }
  if (options.quiet === true) return;
  noteUnchecked(created.unchecked, context);
  noteUncompressed(created.uncompressed, context);
  if (differential !== undefined) context.out(describeDifferential(differential));
  const images = nodeImagesOf(spec);
  const nodeImage = images.length === 0 ? 'no node image' : `node image ${images.map(({ ova }) => ova).join(', ')}`;
  const counts = `${spec.packs.length} packs, ${spec.images.length} images, ${nodeImage}`;
  if (bundle === undefined) {
    listContent(created, context);
    context.out(`${metadata.product} ${metadata.version} is complete: ${counts}. Nothing was written.`);
    return;
  }
  reportWritten(bundle, `${metadata.product} ${metadata.version}: ${counts}`, context);
}
