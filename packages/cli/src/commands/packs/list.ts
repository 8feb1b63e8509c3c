import { type CataloguePack, packPageSchema } from '@sealift/core/api';
import { allPages } from '../../client/all-pages.ts';
import type { ApiClient } from '../../client/api-client.ts';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';

/** Lists the packs of the catalogue. @throws PLATFORM_* */
export async function listPacks({ json }: { readonly json?: true }, context: CliContext): Promise<void> {
  const packs = await allPacks(await connect(context));
  if (json === true) return context.out(JSON.stringify({ packs }));
  if (packs.length === 0) context.out('The catalogue has no pack.');
  for (const { name, layer, displayName, versions } of packs) {
    context.out(plainLine(`${name}  ${layer}  ${displayName}`));
    for (const { version, inUse, sources } of versions) {
      context.out(plainLine(`  ${version}${inUse ? '  in use' : ''}  ${bundlesOf(sources)}`));
    }
  }
}

/** The usual names of bundles, shortened where many hold the same. */
export function bundlesOf(sources: CataloguePack['versions'][number]['sources']): string {
  const shown = 3;
  const names = sources.slice(0, shown).map(({ bundle }) => bundle);
  const more = sources.length > shown ? ` and ${sources.length - shown} more` : '';
  return `${names.join(', ')}${more}`;
}

async function allPacks(api: ApiClient): Promise<readonly CataloguePack[]> {
  const pages = await allPages((after) => api.get(`/api/v1/packs?after=${encodeURIComponent(after)}`, packPageSchema));
  return pages.flatMap(({ packs }) => packs);
}
