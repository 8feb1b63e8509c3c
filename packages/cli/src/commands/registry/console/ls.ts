import {
  packRegistryListSchema,
  repositoryContentSchema,
  repositoryListSchema,
  type TaggedContent,
  tagListSchema,
} from '@sealift/core/api';
import { allPages } from '../../../client/all-pages.ts';
import { connect } from '../../../client/connect.ts';
import type { CliContext } from '../../../context.ts';
import { plainLine } from '../../../terminal/plain-line.ts';
import { registriesUrl, registryLines, registryUrl } from './registries.ts';

/** Lists the registries of the console, the repositories of one, or the tags of a repository. @throws NOT_FOUND, REGISTRY_*, PLATFORM_* */
export async function listRegistries(
  name: string | undefined,
  repository: string | undefined,
  { json, long }: { readonly json?: true; readonly long?: true },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const print = (found: unknown, lines: readonly string[]): void => {
    if (json === true) return context.out(JSON.stringify(found));
    for (const line of lines) context.out(plainLine(line));
  };
  if (name === undefined) {
    const list = await api.get(registriesUrl, packRegistryListSchema);
    return print(list, registryLines(list));
  }
  if (repository === undefined) {
    const pages = await allPages((after) =>
      api.get(registryUrl(name, `/repositories?${new URLSearchParams({ after }).toString()}`), repositoryListSchema),
    );
    const repositories = pages.flatMap((page) => page.repositories);
    return print({ repositories }, repositories);
  }
  if (long === true) {
    const parts = await allPages((after) =>
      api.get(
        registryUrl(name, `/contents?${new URLSearchParams({ repository, after }).toString()}`),
        repositoryContentSchema,
      ),
    );
    const contents = parts.flatMap((page) => page.tags);
    return print({ repository, tags: contents }, contents.map(contentLine));
  }
  const pages = await allPages((after) =>
    api.get(registryUrl(name, `/tags?${new URLSearchParams({ repository, after }).toString()}`), tagListSchema),
  );
  const tags = pages.flatMap((page) => page.tags);
  print({ repository, tags }, tags);
}

function contentLine({ tag, kind, size, platforms, pushedAt, digest, problem }: TaggedContent): string {
  const told = size === null ? platforms.join(', ') : `${size} bytes`;
  return [tag, kind, told || '-', pushedAt ?? '-', digest ?? problem ?? '-'].join('  ');
}
