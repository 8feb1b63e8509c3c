import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { SealiftError } from '@sealift/core/errors';
import { programVersion } from '@sealift/core/program-version';
import { readableUpgradeFormats } from '@sealift/core/upgrade';
import { makeFolder } from '@sealift/io/make-folder';
import { fileWork } from '@sealift/io/file-errors';
import { addDerivedImage } from '@sealift/oci/derived-image';
import { ImageSources } from '@sealift/oci/image-source';
import { LayoutWriter } from '@sealift/oci/layout';
import { parseReference } from '@sealift/oci/reference';
import type { CliContext } from '../../../context.ts';
import { type Architecture, hostArchitecture } from '../../../executable/architecture.ts';
import { parseArchitectures, provideExecutables } from '../../../executable/executables.ts';
import { retryNotice } from '../../../terminal/retry-notice.ts';
import { askVersion } from '../hand-over/executable-version.ts';
import { consoleNames, consoleUser } from './console-manifests.ts';
import { packFiles } from './pack-files.ts';

export interface ServerPackOptions {
  readonly output: string;
  readonly base: string;
  readonly image: string;
  readonly with?: readonly string[];
  readonly architecture?: string;
  readonly executable?: readonly string[];
  readonly json?: true;
  readonly quiet?: true;
}

/** What the executable of each kind of processor is linked with (`readelf -d`, NEEDED), beside what starts it. */
const libraries = ['libc.so.6', 'libm.so.6', 'libstdc++.so.6', 'libgcc_s.so.1', 'libdl.so.2', 'libpthread.so.0'];
const interpreters: Readonly<Record<Architecture, string>> = {
  amd64: 'ld-linux-x86-64.so.2',
  arm64: 'ld-linux-aarch64.so.1',
};

/**
 * Writes the packs of a console and the image that they run into a new folder, which appears whole or not at all.
 *
 * @throws PACK_FOLDER_TAKEN, USAGE, IMAGE_BASE_UNFIT, EXECUTABLE_…, BUNDLE_SOURCE_…, REGISTRY_…, FILE_UNWRITABLE
 */
export async function writeConsolePacks(options: ServerPackOptions, context: CliContext): Promise<void> {
  const output = resolve(options.output);
  if (existsSync(output)) {
    const values = { path: output, reason: 'it is there already' };
    throw new SealiftError('PACK_FOLDER_TAKEN', { values, place: '--output' });
  }
  const repository = repositoryOf(options.image);
  const executables = await executablesOf(options, context);
  if ((options.with ?? []).length > 0 && executables.length > 1) {
    throw usage('--with', 'it is for one architecture; say which with --architecture');
  }
  const parent = dirname(output);
  const work = await fileWork(parent, async () => {
    makeFolder(parent);
    return await mkdtemp(join(parent, `.${basename(output)}-`));
  });
  try {
    const made = await makePacks(work, { options, repository, executables }, context);
    await fileWork(output, () => rename(join(work, 'made'), output));
    report(output, made, options, context);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface Ingredients {
  readonly options: ServerPackOptions;
  readonly repository: string;
  readonly executables: readonly { readonly architecture: Architecture; readonly gzipPath: string }[];
}

interface MadePacks {
  readonly version: string;
  readonly image: string;
  readonly architectures: readonly string[];
  readonly packs: readonly string[];
}

async function makePacks(
  work: string,
  { options, repository, executables }: Ingredients,
  context: CliContext,
): Promise<MadePacks> {
  const { progress, cancel } = context;
  const label = 'Making the image';
  progress.update(label, 0);
  const unpacked: { readonly architecture: Architecture; readonly path: string }[] = [];
  for (const { architecture, gzipPath } of executables) {
    const path = join(work, `sealift-${architecture}`);
    await fileWork(path, () =>
      pipeline(createReadStream(gzipPath), createGunzip(), createWriteStream(path, { mode: 0o755 }), {
        signal: cancel,
      }),
    );
    unpacked.push({ architecture, path });
  }
  const { version, reads } = await askedOf(unpacked, options, cancel);
  const name = `${repository}:${version}`;
  const folder = join(work, 'made', 'image');
  const layout = await LayoutWriter.create(folder);
  await using sources = new ImageSources({
    folder: process.cwd(),
    env: context.env,
    cancel,
    onRetry: retryNotice(context),
  });
  const { images, source } = await sources.open(options.base, 'base.invalid/base:1');
  const [base] = images;
  if (base === undefined) throw usage('--base', `${options.base} gives no image`);
  const descriptor = await addDerivedImage(
    layout,
    folder,
    {
      base: { source, digest: base.descriptor.digest, name: options.base },
      platforms: unpacked.map(({ architecture, path }) => ({
        architecture,
        needs: [interpreters[architecture], ...libraries],
        files: [
          { name: 'usr/local/bin/sealift', mode: 0o755, path },
          ...(options.with ?? []).map((file) => ({
            name: `usr/local/bin/${basename(file)}`,
            mode: 0o755,
            path: resolve(file),
          })),
        ],
      })),
      start: {
        entrypoint: ['/usr/local/bin/sealift'],
        user: `${consoleUser}:${consoleUser}`,
        labels: { 'org.opencontainers.image.title': 'Sealift console', 'org.opencontainers.image.version': version },
      },
      madeBy: `sealift server pack (${version})`,
    },
    cancel,
  );
  layout.addIndexEntry(descriptor, name);
  await layout.finish();
  const image = `${name}@${descriptor.digest}`;
  const files = packFiles({ version, image, reads });
  for (const [path, text] of files) {
    const file = join(work, 'made', 'packs', path);
    await fileWork(file, async () => {
      makeFolder(dirname(file));
      await writeFile(file, text);
    });
  }
  progress.done(label);
  const packs = [...new Set([...files.keys()].map((path) => `packs/${path.slice(0, path.indexOf('/'))}`))];
  return { version, image, architectures: unpacked.map(({ architecture }) => architecture), packs };
}

/** What the packs say of their console: an executable that runs here is asked; what is made here is what this program is. */
async function askedOf(
  executables: readonly { readonly architecture: Architecture; readonly path: string }[],
  { executable: given = [] }: ServerPackOptions,
  cancel: AbortSignal,
): Promise<{ readonly version: string; readonly reads: readonly number[] }> {
  const runs = executables.find(({ architecture }) => architecture === hostArchitecture);
  if (runs === undefined && given.length > 0) {
    throw usage(
      '--executable',
      `none of them runs here: add one for ${hostArchitecture}, which is asked for its version`,
    );
  }
  if (runs === undefined) return { version: programVersion, reads: readableUpgradeFormats };
  const { version, upgrades } = await askVersion(runs.path, cancel);
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(version)) {
    throw usage('--executable', `its version ${JSON.stringify(version)} can be no tag of an image`);
  }
  return { version, reads: upgrades.reads };
}

async function executablesOf(options: ServerPackOptions, context: CliContext) {
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
  return executables.map(({ architecture, gzipPath }) => ({
    architecture: parseArchitectures(architecture)[0] ?? hostArchitecture,
    gzipPath,
  }));
}

/** @throws USAGE, REFERENCE_INVALID */
function repositoryOf(name: string): string {
  if (/@|:[^/]*$/.test(name)) throw usage('--image', `${name} has a tag or a digest; the tag is the version`);
  const { registry, repository } = parseReference(name);
  return `${registry}/${repository}`;
}

function report(output: string, made: MadePacks, options: ServerPackOptions, context: CliContext): void {
  if (options.json === true) return context.out(JSON.stringify({ folder: output, ...made }));
  if (options.quiet === true) return;
  const { version, image, architectures, packs } = made;
  context.out(`The console ${version} for ${architectures.join(' and ')} is in ${output}, as ${image}.`);
  context.out(`In the release file, in this order, after the layers that it runs on:
  spec:
    layers:
${packs.map((path) => `      - { layer: addon, pack: ${basename(path)}, version: ${JSON.stringify(version)} }`).join('\n')}
    # Its tables are brought up to date by the new version: the old one does not read them any more.
    steps: { layer-addon-${consoleNames.pack}: { rollback: one-way } }
    content:
      packs:
${packs.map((path) => `        - ${join(options.output, path)}`).join('\n')}
      images:
        - oci:${join(options.output, 'image')}`);
}

function usage(place: string, reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason: `${place}: ${reason}` }, place });
}
