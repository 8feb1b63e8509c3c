import { repositoryContentSchema, repositoryListSchema, tagListSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { mapAtOnce } from '@sealift/io/map-at-once';
import type { ListPage, PartOfList, RegistryClient } from '@sealift/oci/registry-client';
import { z } from 'zod';
import type { ApiScope } from '../http/api-scope.ts';
import { pageByName } from '../http/name-page.ts';
import type { RegistryLink } from '../registry/registry-link.ts';
import type { RegistryParts } from './change-registries.ts';
import { readRegistry } from './stored-registry.ts';
import { taggedContent } from './tagged-content.ts';

const tags = ['registries'];
const byName = z.object({ name: z.string().max(100) });
/** Names of repositories and tags on one page, and those that are asked about what they stand for. */
const mostNames = 1000;
const mostContents = 50;
/** Manifests that are read at a time for one page. */
const manifestsAtOnce = 4;
const behindName = z.object({
  after: z.string().max(255).default(''),
  /** Only names that hold it. */
  search: z.string().max(255).default(''),
});
const ofRepository = behindName.extend({ repository: z.string().min(1).max(255) });
const ofPage = { length: z.coerce.number().int().min(1).max(mostNames).default(mostNames) };
const itself = (name: string): string => name;

interface Asked extends PartOfList {
  readonly search: string;
}

/** What a registry holds, by the names that it has there. */
export function contentRoutes(
  api: ApiScope,
  { db, others }: Pick<RegistryParts, 'db' | 'others'>,
  own: Pick<RegistryLink, 'client'>,
): void {
  const open = async (name: string) => {
    const { embedded } = await readRegistry(db, name);
    return { client: embedded ? own.client : (await others.open(name)).client, isOwn: embedded };
  };
  const tagsOf = async (client: RegistryClient, isOwn: boolean, repository: string, asked: Asked) =>
    await pageOf(asked, isOwn ? (part) => client.pageOfTags(repository, part) : undefined, () =>
      client.listTags(repository),
    );

  api.get('/registries/:name/repositories', {
    config: { permission: 'registry.read', refuses: ['REGISTRY_NOT_FOUND'] },
    schema: {
      tags,
      summary: 'A page of the repositories of a registry, by name',
      params: byName,
      querystring: behindName.extend(ofPage),
      response: { 200: repositoryListSchema },
    },
    handler: async ({ params: { name }, query }) => {
      const { client, isOwn } = await open(name);
      const { page: repositories, next } = await pageOf(
        query,
        isOwn ? (part) => client.pageOfRepositories(part) : undefined,
        async () => {
          const all = await client.listRepositories();
          if (all === undefined) throw new SealiftError('REGISTRY_LISTS_NOTHING', { values: { name } });
          return all;
        },
      );
      return { repositories, next };
    },
  });

  api.get('/registries/:name/tags', {
    config: { permission: 'registry.read', refuses: ['REGISTRY_NOT_FOUND', 'REFERENCE_INVALID'] },
    schema: {
      tags,
      summary: 'A page of the tags of a repository of a registry, by name',
      params: byName,
      querystring: ofRepository,
      response: { 200: tagListSchema },
    },
    handler: async ({ params: { name }, query: { repository, ...query } }) => {
      const { client, isOwn } = await open(name);
      const { page, next } = await tagsOf(client, isOwn, repository, { ...query, length: mostNames });
      return { repository, tags: page, next };
    },
  });

  api.get('/registries/:name/contents', {
    config: { permission: 'registry.read', refuses: ['REGISTRY_NOT_FOUND', 'REFERENCE_INVALID'] },
    schema: {
      tags,
      summary: 'A page of the tags of a repository of a registry, with what each stands for',
      params: byName,
      querystring: ofRepository,
      response: { 200: repositoryContentSchema },
    },
    handler: async ({ params: { name }, query: { repository, ...query } }) => {
      const { client, isOwn } = await open(name);
      const { page, next } = await tagsOf(client, isOwn, repository, { ...query, length: mostContents });
      const found = await mapAtOnce(page, manifestsAtOnce, (tag) => taggedContent(client, repository, tag));
      return { repository, tags: found, next };
    },
  });
}

/**
 * A page of names. The console's own registry lists in the order of names and begins behind any, so that no more is read than the page needs; in which
 * order another one lists is not known, and what is searched for can stand anywhere.
 */
async function pageOf(
  { after, search, length }: Asked,
  ordered: ((part: PartOfList) => Promise<ListPage<string> | undefined>) | undefined,
  readAll: () => Promise<readonly string[]>,
): Promise<{ page: string[]; next: string | null }> {
  const read = search === '' ? await ordered?.({ after, length }) : undefined;
  if (read !== undefined) return { page: [...read.items], next: read.goesOn ? (read.items.at(-1) ?? null) : null };
  const wanted = search.toLowerCase();
  const all = (await readAll()).filter((name) => name.toLowerCase().includes(wanted));
  return pageByName(all, itself, { after, length });
}
