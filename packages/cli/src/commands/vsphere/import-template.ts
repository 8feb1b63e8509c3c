import { readBundleRelease } from '@sealift/bundle/upload';
import { SealiftError } from '@sealift/core/errors';
import type { ByteSource } from '@sealift/vsphere/byte-source';
import { type ImportRequest, type ImportResult, importTemplate } from '@sealift/vsphere/import';
import { openOva } from '@sealift/vsphere/ova';
import { openPackage } from '@sealift/vsphere/ovf';
import type { CliContext } from '../../context.ts';
import { retryNotice } from '../../terminal/retry-notice.ts';
import { findDownloadLogin } from '../download/login.ts';
import { parseAddress } from '../download/source.ts';
import { openWithKeys } from '../bundle/trusted-keys.ts';
import { type ConnectionOptions, connectVcenter } from './connection.ts';

export interface ImportTemplateOptions extends ConnectionOptions {
  readonly datacenter?: string;
  readonly folder?: string;
  readonly createFolder?: true;
  readonly datastore?: string;
  readonly cluster?: string;
  readonly resourcePool?: string;
  readonly network?: readonly string[];
  readonly name?: string;
  readonly sha256?: string;
  readonly publicKey?: string;
  readonly dryRun?: true;
  readonly json?: true;
  readonly quiet?: true;
}

type Image = Pick<ImportRequest, 'open' | 'sha256' | 'kubernetes' | 'os'>;

/** Makes a template of what is named. */
export async function runImportTemplate(
  name: string,
  options: ImportTemplateOptions,
  context: CliContext,
): Promise<void> {
  const image = await openImage(name, options, context);
  try {
    await using client = await connectVcenter(options, context);
    const label = `${options.dryRun === true ? 'Checking' : 'Importing'} ${name}`;
    const { datacenter, folder, createFolder, datastore, cluster, resourcePool, dryRun } = options;
    const result = await importTemplate(
      client,
      {
        ...image.image,
        datacenter,
        folder,
        createFolder,
        datastore,
        cluster,
        resourcePool,
        dryRun,
        name: options.name,
        networks: options.network,
      },
      {
        caFile: options.caFile,
        cancel: context.cancel,
        onNote: (text) => context.note(`note: ${text}`),
        onProgress: (doneBytes, totalBytes) => {
          const fraction = totalBytes === 0 ? 0 : doneBytes / totalBytes;
          context.progress.update(label, fraction, undefined, { doneBytes, totalBytes });
        },
      },
    );
    if (result.outcome === 'imported' || result.outcome === 'planned') context.progress.done(label);
    show(result, options, context);
  } finally {
    await image.close();
  }
}

async function openImage(
  name: string,
  options: ImportTemplateOptions,
  context: CliContext,
): Promise<{ readonly image: Image; close(): Promise<void> }> {
  const sha256 = checkedSha256(options.sha256);
  if (isBundleName(name)) return await openBundleImage(name, sha256, options, context);
  const { env, cancel } = context;
  if (/^http:/i.test(name) && sha256 === undefined) {
    context.note(
      'note: plain HTTP does not protect the image on its way; --sha256 makes sure that it is the right one',
    );
  }
  const login = isAddress(name) ? await findDownloadLogin(parseAddress(name, 'the image'), {}, env) : undefined;
  const source = { env, cancel, caFile: options.caFile, login, onRetry: retryNotice(context) };
  const open = (): ReturnType<typeof openPackage> => openPackage(name, source);
  return { image: { open, sha256 }, close: () => Promise.resolve() };
}

function isAddress(name: string): boolean {
  return /^https?:\/\//i.test(name);
}

function isBundleName(name: string): boolean {
  return !isAddress(name) && /\.(?:bin|run|sealift)$/i.test(name);
}

/** The node image of a bundle, read from inside of it. Its SHA-256 stands in the release, which is signed. */
async function openBundleImage(
  path: string,
  sha256: string | undefined,
  options: ImportTemplateOptions,
  context: CliContext,
): Promise<{ readonly image: Image; close(): Promise<void> }> {
  const bundle = await openWithKeys(path, options.publicKey, context);
  try {
    const { nodeImage } = (await readBundleRelease(bundle)).release.spec;
    if (nodeImage === undefined) throw missing(path, 'a node image; its release needs no new one');
    const digest = `sha256:${nodeImage.sha256}` as const;
    const size = await bundle.size(digest);
    if (size === undefined) throw missing(path, `the node image ${nodeImage.ova} whole; it builds on another bundle`);
    if (sha256 !== undefined && sha256 !== nodeImage.sha256) {
      throw new SealiftError('OVA_OTHER', { values: { expected: sha256, actual: nodeImage.sha256 }, place: path });
    }
    const source: ByteSource = {
      place: `${path}#${nodeImage.ova}`,
      fileName: nodeImage.ova,
      sizeBytes: size,
      open: (start) => readBlob(bundle.open(digest, start === 0 ? undefined : { start, end: size })),
      close: () => Promise.resolve(),
    };
    const { kubernetes, os } = nodeImage;
    const image = { open: () => openOva(source, context.cancel), sha256: nodeImage.sha256, kubernetes, os };
    return { image, close: () => bundle.close() };
  } catch (error) {
    await bundle.close();
    throw error;
  }
}

async function* readBlob(opening: Promise<AsyncIterable<Uint8Array>>): AsyncGenerator<Uint8Array> {
  yield* await opening;
}

function missing(path: string, what: string): SealiftError {
  return new SealiftError('BUNDLE_CONTENT_MISSING', { values: { path, what }, place: path });
}

function checkedSha256(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const hex = given.replace(/^sha256:/, '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  const values = { what: 'the SHA-256', reason: 'it is not 64 hex digits' };
  throw new SealiftError('INPUT_INVALID', { values, place: '--sha256' });
}

function show(result: ImportResult, options: ImportTemplateOptions, context: CliContext): void {
  if (options.json === true) return context.out(JSON.stringify(result));
  if (options.quiet === true) return;
  const { outcome, path, compute, identity } = result;
  const where = compute === undefined ? '' : ` on ${compute.cluster}, datastore ${compute.datastore}`;
  if (outcome === 'present') context.out(`${path} is there already and is the same; nothing was sent`);
  if (outcome === 'planned')
    context.out(`would ${compute === undefined ? 'finish' : 'make'} the template ${path}${where}; nothing was changed`);
  if (outcome === 'completed')
    context.out(`finished the template ${path}, which was there and is the same; nothing was sent`);
  if (outcome === 'imported') context.out(`made the template ${path}${where}`);
  if (identity.ova !== undefined) context.out(`OVA SHA-256 ${identity.ova}`);
  if (identity.kubernetes !== undefined) context.out(`Kubernetes ${identity.kubernetes}`);
}
