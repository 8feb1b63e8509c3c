import { basename } from 'node:path';
import { readPublicKeyFile } from '@sealift/bundle/key-files';
import { downloadPublished } from '@sealift/bundle/download';
import { bundlesOf, judge, type Judgement } from '@sealift/bundle/download-choice';
import { DownloadClient, placeOf } from '@sealift/bundle/download-client';
import type { DownloadLogin } from '@sealift/io/http/download-login';
import { type Downloaded, downloadPlain, type DownloadOptions } from '@sealift/bundle/download-plain';
import type { PublicKey } from '@sealift/bundle/minisign';
import { findIndex, type FoundIndex, type PublishedBundle, readDescription } from '@sealift/bundle/published-index';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { machineKeys } from '../../client/trust.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { retryNotice } from '../../terminal/retry-notice.ts';
import { askDownloadLogin, findDownloadLogin, type LoginOptions } from './login.ts';
import { siteContentOf, type SiteOptions } from './site-content.ts';
import { parseSource, type Source } from './source.ts';

export interface FetchOptions extends LoginOptions, SiteOptions {
  readonly from?: string;
  readonly product?: string;
  readonly pack?: string;
  readonly output?: string;
  readonly sha256?: string;
  readonly publicKey?: string;
  readonly acceptOlderIndex?: true;
  readonly caFile?: string;
  readonly connections: string;
  readonly json?: true;
  readonly quiet?: true;
}

/** What was fetched, and why that. */
interface Fetched {
  readonly downloaded: Downloaded;
  readonly index: FoundIndex | undefined;
  readonly chosen: PublishedBundle | undefined;
  readonly judgements: readonly Judgement[];
}

/** Fetches a bundle, by its address or by its version, and verifies it. */
export async function download(what: string, options: FetchOptions, context: CliContext): Promise<void> {
  const source = parseSource(what, options.from);
  demandFitting(source, options);
  const trustedKeys = await keysOf(options, context);
  const login = await findDownloadLogin(source.url, options, context.env);
  let fetched: Fetched;
  try {
    fetched = await fetchWith(login, source, options, trustedKeys, context);
  } catch (error) {
    if (!isSealiftError(error, 'DOWNLOAD_LOGIN_NEEDED')) throw error;
    const asked = await askDownloadLogin(source.url, error);
    fetched = await fetchWith(asked, source, options, trustedKeys, context);
  }
  report(fetched, options, context);
}

async function fetchWith(
  login: DownloadLogin | undefined,
  source: Source,
  options: FetchOptions,
  trustedKeys: readonly PublicKey[],
  context: CliContext,
): Promise<Fetched> {
  const { env, cancel, progress } = context;
  const { caFile, acceptOlderIndex } = options;
  using client = new DownloadClient({
    env,
    caFile,
    login,
    home: source.url,
    cancel,
    onRetry: retryNotice(context),
  });
  let label: string | undefined;
  const common: DownloadOptions = {
    client,
    trustedKeys,
    connections: connectionsOf(options.connections),
    cancel,
    onProgress: (phase, doneBytes, totalBytes) => {
      const next = phase === 'fetch' ? 'Downloading' : 'Verifying';
      if (label !== undefined && label !== next) progress.done(label);
      label = next;
      progress.update(next, totalBytes === 0 ? 1 : doneBytes / totalBytes, undefined, { doneBytes, totalBytes });
    },
  };
  const find = async (folder: URL): Promise<FoundIndex> =>
    await findIndex(client, folder, { trustedKeys, env, cancel, acceptOlder: acceptOlderIndex === true });
  const fetched =
    source.kind === 'file'
      ? await fetchFile(source, options, common, find)
      : await fetchVersion(source, options, common, await find(source.folder), context);
  if (label !== undefined) progress.done(label);
  return fetched;
}

/** By its address: with the index beside it where there is one that has it, else by the bundle's own signature. */
async function fetchFile(
  { url, folder, name }: Source & { kind: 'file' },
  { output = name, sha256 }: FetchOptions,
  common: DownloadOptions,
  find: (folder: URL) => Promise<FoundIndex>,
): Promise<Fetched> {
  if (output === '') throw misuse('the address ends with no file name; give one with --output', '--output');
  const index = folder === undefined || sha256 !== undefined ? undefined : await find(folder).catch(withoutIndex);
  const chosen = index?.bundles.find((bundle) => bundle.name === name);
  if (index === undefined || chosen === undefined) {
    const downloaded = await downloadPlain({ ...common, url, output, sha256 });
    return { downloaded, index: undefined, chosen: undefined, judgements: [] };
  }
  const description = await readDescription(common.client, index, chosen);
  const downloaded = await downloadPublished({ ...common, base: index.base, description, output });
  return { downloaded, index, chosen, judgements: [] };
}

/** A server that has none says so, or lets nobody ask. */
function withoutIndex(error: unknown): undefined {
  const isNone = isSealiftError(error, 'DOWNLOAD_INDEX_MISSING') || isSealiftError(error, 'DOWNLOAD_REFUSED');
  if (!isNone) throw error;
  return undefined;
}

async function fetchVersion(
  { version }: Source & { kind: 'version' },
  options: FetchOptions,
  common: DownloadOptions,
  index: FoundIndex,
  context: CliContext,
): Promise<Fetched> {
  const { pack, product = pack, output } = options;
  const wanted = { kind: pack === undefined ? 'release' : 'pack', version, product } as const;
  const { full, differentials } = bundlesOf(index, wanted);
  const site = await siteContentOf(options, common.trustedKeys, context);
  const judgements: Judgement[] = [];
  const fitting: PublishedBundle[] = [];
  for (const bundle of site === undefined ? [] : differentials) {
    const { needs = [] } = await readDescription(common.client, index, bundle);
    const judgement = judge(bundle, needs, site ?? { kind: 'word', base: '' });
    judgements.push(judgement);
    if (judgement.fits) fitting.push(bundle);
  }
  const [chosen] = [...fitting, ...(full === undefined ? [] : [full])].toSorted((a, b) => a.sizeBytes - b.sizeBytes);
  if (chosen === undefined) throw nothingFits(index, version, differentials, judgements);
  const description = await readDescription(common.client, index, chosen);
  // Said before hours go into it.
  if (options.quiet !== true && options.json !== true) tellChoice(chosen, judgements, site !== undefined, context);
  const downloaded = await downloadPublished({
    ...common,
    base: index.base,
    description,
    output: output ?? chosen.name,
  });
  return { downloaded, index, chosen, judgements };
}

function tellChoice(
  chosen: PublishedBundle,
  judgements: readonly Judgement[],
  isAsked: boolean,
  context: CliContext,
): void {
  for (const { name, fits, reason } of judgements) {
    const verdict = name === chosen.name ? 'taken' : fits ? 'not taken, it is larger' : 'not taken';
    context.note(plainLine(`${name}: ${verdict}: ${reason}`));
  }
  if (!isAsked || chosen.base !== undefined) return;
  const why = judgements.length === 0 ? 'there is no differential bundle of this version' : 'it needs nothing';
  context.note(plainLine(`${chosen.name}: taken: ${why}`));
}

function nothingFits(
  { url }: FoundIndex,
  version: string,
  differentials: readonly PublishedBundle[],
  judgements: readonly Judgement[],
): SealiftError {
  const why =
    judgements.length === 0
      ? differentials.map(({ name, base }) => `${name} builds on ${base}`)
      : judgements.map(({ name, reason }) => `${name}: ${reason}`);
  return new SealiftError('DOWNLOAD_BUNDLE_UNKNOWN', {
    values: { url, wanted: `bundle of ${version} that can be used here`, known: why.join('; ') },
    place: url,
    hint: 'Say what the site has with --have FOLDER, --registry or --base VERSION, or have the full bundle published.',
  });
}

async function keysOf({ publicKey }: FetchOptions, context: CliContext): Promise<readonly PublicKey[]> {
  return publicKey === undefined ? await machineKeys(context) : [await readPublicKeyFile(publicKey)];
}

function demandFitting({ kind }: Source, options: FetchOptions): void {
  const forVersions = ['product', 'pack', 'have', 'registry', 'base'] as const;
  const stray = kind === 'file' ? forVersions.find((name) => options[name] !== undefined) : undefined;
  if (stray !== undefined)
    throw misuse(`--${stray} is for a version with --from; an address names one file`, `--${stray}`);
  if (options.sha256 === undefined) return;
  if (kind === 'version') throw misuse('--sha256 is for an address; an index has the digests', '--sha256');
  if (!/^[0-9a-f]{64}$/.test(options.sha256)) throw misuse('--sha256 takes 64 lower-case hex digits', '--sha256');
}

function connectionsOf(text: string): number {
  if (/^(?:[1-9]|1[0-6])$/.test(text)) return Number(text);
  throw misuse('--connections takes a number from 1 to 16', '--connections');
}

function misuse(reason: string, place: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason }, place });
}

function report({ downloaded, index, chosen, judgements }: Fetched, options: FetchOptions, context: CliContext): void {
  const { manifest, key, files, alreadyHere, sizeBytes, fetchedBytes, keptBytes } = downloaded;
  const { kind, product, version, differential } = manifest;
  if (options.json === true) {
    return context.out(
      JSON.stringify({
        files,
        sizeBytes,
        fetchedBytes,
        keptBytes,
        alreadyHere,
        bundle: { kind, product, version, base: differential?.base ?? null },
        signedBy: { keyId: key.keyId, fingerprint: key.fingerprint },
        index: index === undefined ? null : { url: index.url, serial: index.serial, keyId: index.key.keyId },
        differentials: judgements.map((one) => ({ ...one, taken: one.name === chosen?.name })),
      }),
    );
  }
  if (options.quiet === true) return;
  const [file = ''] = files;
  const about = `${kind} ${product} ${version}${differential === undefined ? '' : `, differential against ${differential.base}`}`;
  const state = alreadyHere ? 'is already here' : `is here: ${fetchedBytes} bytes fetched, ${keptBytes} were there`;
  context.out(plainLine(`${file} ${state}; ${about}, signed by key ID ${key.keyId}`));
  if (index === undefined)
    context.note(`${basename(file)} was verified by its own signature: its server has no index that names it`);
  else
    context.note(
      `named by ${placeOf(new URL(index.url))}, serial ${index.serial}, signed by key ID ${index.key.keyId}`,
    );
}
