import { createPackBundle, type CreatedPackBundle } from '@sealift/bundle/create-pack';
import { parseSplitSize } from '@sealift/bundle/split-size';
import { SealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import { retryNotice } from '../../terminal/retry-notice.ts';
import { parseArchitectures, provideExecutables } from '../../executable/executables.ts';
import { programVersion } from '@sealift/core/program-version';
import { readSigningKey, type SigningKeyOptions } from './signing-key.ts';
import { contentOf, listContent, noteUnchecked, noteUncompressed, reportWritten, writtenOf } from './created-report.ts';

/** What `sealift bundle create --pack` takes. */
export interface CreatePackOptions extends SigningKeyOptions {
  readonly pack: string;
  readonly image?: readonly string[];
  readonly elsewhere?: readonly string[];
  readonly output?: string;
  /** Given as `--no-bring-sealift`. */
  readonly bringSealift: boolean;
  readonly architecture?: string;
  readonly executable?: readonly string[];
  readonly split?: string;
  readonly dryRun?: true;
  readonly json?: true;
  readonly quiet?: true;
}

/** Makes the bundle of one pack, or with a dry run says what it would hold. */
export async function createFromPack(options: CreatePackOptions, context: CliContext): Promise<void> {
  const { progress } = context;
  const secretKey = await readSigningKey(options);
  const splitBytes = options.split === undefined ? undefined : parseSplitSize(options.split);
  const label = { collect: 'Reading the content', write: 'Writing the bundle' };
  const common = {
    pack: options.pack,
    images: (options.image ?? []).map(imageSource),
    elsewhere: options.elsewhere ?? [],
    folder: process.cwd(),
    secretKey,
    ...(options.bringSealift ? {} : { sealift: programVersion }),
    cancel: context.cancel,
    env: context.env,
    onRetry: retryNotice(context),
    onProgress: (phase: 'collect' | 'write', done: number, total: number): void =>
      progress.update(label[phase], total === 0 ? 1 : done / total),
    ...(splitBytes === undefined ? {} : { splitBytes }),
    ...(options.output === undefined ? {} : { output: options.output }),
  };
  if (options.dryRun === true) {
    report(await createPackBundle({ ...common, executables: [], dryRun: true }), options, context);
    return;
  }
  const created = await createPackBundle({ ...common, executables: await executablesFor(options, context) });
  progress.done(label.write);
  report(created, options, context);
}

async function executablesFor(options: CreatePackOptions, context: CliContext) {
  if (!options.bringSealift) return [];
  const building = 'Building the executable';
  const executables = await provideExecutables(
    (_phase, fraction) => context.progress.update(building, fraction),
    context.env,
    {
      ...(options.architecture === undefined ? {} : { architectures: parseArchitectures(options.architecture) }),
      ...(options.executable === undefined ? {} : { files: options.executable }),
    },
  );
  context.progress.done(building);
  return executables;
}

/** `SOURCE`, or `NAME=SOURCE` where packs call the image otherwise. A path may hold an equals sign, a name none. */
export function imageSource(text: string): string | { readonly source: string; readonly name: string } {
  const [, name, source] = /^((?!(?:oci|oci-archive|docker-archive):|docker:\/\/)[^=]+)=(.+)$/s.exec(text) ?? [];
  return name === undefined || source === undefined ? text : { name, source };
}

/** What `sealift bundle create` makes, by its options. */
interface Choice extends Partial<CreatePackOptions> {
  readonly file?: string;
  readonly base?: string;
}

/** Whether a release or a pack is meant. @throws USAGE for options that do not go together */
export function chooseCreate(options: Choice): 'release' | 'pack' {
  const { file, pack, output, base, image, elsewhere, bringSealift } = options;
  const flaws: readonly (readonly [boolean, string])[] = [
    [file === undefined && pack === undefined, 'neither -f, --file nor --pack is given'],
    [file !== undefined && pack !== undefined, '-f, --file and --pack are both given'],
    [file !== undefined && output === undefined, '-o, --output is not given'],
    [pack !== undefined && base !== undefined, '--base is for releases, and --pack is given'],
    [
      file !== undefined && (image !== undefined || elsewhere !== undefined || bringSealift === false),
      '--image, --elsewhere and --no-bring-sealift are for --pack; a release file names its content itself',
    ],
  ];
  const flaw = flaws.find(([holds]) => holds);
  if (flaw !== undefined) throw new SealiftError('USAGE', { values: { reason: flaw[1] } });
  return pack === undefined ? 'release' : 'pack';
}

function report(created: CreatedPackBundle, options: CreatePackOptions, context: CliContext): void {
  const { packRelease, marker, bundle, unchecked, uncompressed } = created;
  const { name, version } = packRelease.pack;
  if (options.json === true) {
    const about = { bundle: writtenOf(bundle), marker: marker.digest, packRelease, content: contentOf(created) };
    context.out(JSON.stringify({ ...about, unchecked, uncompressed }));
    return;
  }
  if (options.quiet === true) return;
  noteUnchecked(unchecked, context);
  noteUncompressed(uncompressed, context);
  const counts = `${packRelease.images.length} images`;
  if (bundle === undefined) {
    listContent(created, context);
    context.out(`The pack ${name} ${version} is complete: ${counts}. Nothing was written.`);
    return;
  }
  reportWritten(bundle, `pack ${name} ${version}: ${counts}`, context);
}
