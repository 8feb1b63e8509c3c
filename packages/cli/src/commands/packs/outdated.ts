import { type OutdatedPackList, outdatedPackListSchema, profileViewSchema } from '@sealift/core/api';
import { compareVersions } from '@sealift/core/version';
import type { ApiClient } from '../../client/api-client.ts';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { bundlesOf } from './list.ts';
import { type PublishedOptions, type PublishedPack, publishedPacks } from './published-packs.ts';

export interface OutdatedOptions extends Partial<PublishedOptions> {
  readonly json?: true;
}

/** A newer version of a pack in use that a vendor has published and the catalogue does not have. */
interface ToFetch extends PublishedPack {
  readonly inUse: string;
}

/** Lists packs in use of which there are newer versions, here or at the vendor. @throws PLATFORM_*, DOWNLOAD_*, SIGNATURE_* */
export async function listOutdated(options: OutdatedOptions, context: CliContext): Promise<void> {
  const api = await connect(context);
  const list = await api.get('/api/v1/packs/outdated', outdatedPackListSchema);
  const { from } = options;
  const toFetch =
    from === undefined || list.inUse === null
      ? []
      : newerThanUsed(await usedPacks(api), await publishedPacks({ ...options, from }, context), list);
  if (options.json === true) return context.out(JSON.stringify({ ...list, toFetch }));
  if (list.inUse === null) {
    return context.out(
      'Nothing is known of the packs in use: adopt the release that runs, with `sealift platform adopt`.',
    );
  }
  for (const { layer, pack, version, newer } of list.packs) {
    context.out(plainLine(`${layer}  ${pack} ${version}`));
    for (const one of newer) context.out(plainLine(`  ${one.version}  ${bundlesOf(one.sources)}`));
  }
  for (const { pack, inUse, version, bundle } of toFetch) {
    context.out(plainLine(`${pack} ${inUse}: ${version} can be fetched: ${bundle}`));
  }
  const newerCount = list.packs.length;
  const there = newerCount === 0 ? 'no newer version' : `newer versions of ${newerCount}`;
  context.out(`Of ${list.inUse} packs in use the catalogue has ${there}.`);
  if (list.leftOut > 0) {
    context.note(
      `${list.leftOut} releases and packs of the catalogue are not counted on: no trusted key vouches for them (\`sealift keys list --console\`).`,
    );
  }
}

async function usedPacks(api: ApiClient): Promise<readonly { readonly pack: string; readonly version: string }[]> {
  return (await api.get('/api/v1/profile', profileViewSchema)).layers;
}

function newerThanUsed(
  used: readonly { readonly pack: string; readonly version: string }[],
  published: readonly PublishedPack[],
  { packs }: OutdatedPackList,
): readonly ToFetch[] {
  const known = new Set(packs.flatMap(({ pack, newer }) => newer.map(({ version }) => `${pack} ${version}`)));
  return used.flatMap(({ pack, version: inUse }) =>
    published
      .filter((one) => one.pack === pack && compareVersions(one.version, inUse) > 0)
      .filter((one) => !known.has(`${pack} ${one.version}`))
      .map((one) => ({ ...one, inUse })),
  );
}
