import { DownloadClient } from '@sealift/bundle/download-client';
import { readPublicKeyFile } from '@sealift/bundle/key-files';
import { findIndex } from '@sealift/bundle/published-index';
import { machineKeys } from '../../client/trust.ts';
import type { CliContext } from '../../context.ts';
import { retryNotice } from '../../terminal/retry-notice.ts';
import { findDownloadLogin, type LoginOptions } from '../download/login.ts';
import { parseFolder } from '../download/source.ts';

/** Which published folder to look into. */
export interface PublishedOptions extends LoginOptions {
  readonly from: string;
  readonly publicKey?: string;
  readonly caFile?: string;
}

/** A bundle of one pack that a vendor has published. */
export interface PublishedPack {
  readonly pack: string;
  readonly version: string;
  readonly bundle: string;
}

/** The bundles of packs in a published index. @throws DOWNLOAD_*, SIGNATURE_*, USAGE */
export async function publishedPacks(
  options: PublishedOptions,
  context: CliContext,
): Promise<readonly PublishedPack[]> {
  const { env, cancel } = context;
  const home = parseFolder(options.from);
  const login = await findDownloadLogin(home, options, env);
  const trustedKeys =
    options.publicKey === undefined ? await machineKeys(context) : [await readPublicKeyFile(options.publicKey)];
  using client = new DownloadClient({
    env,
    caFile: options.caFile,
    login,
    home,
    cancel,
    onRetry: retryNotice(context),
  });
  const { bundles } = await findIndex(client, home, { trustedKeys, env, cancel });
  return bundles
    .filter(({ kind }) => kind === 'pack')
    .map(({ product, version, name }) => ({ pack: product, version, bundle: name }));
}
