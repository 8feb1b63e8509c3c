import { repositoryContentSchema, repositoryListSchema } from '@sealift/core/api';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { read } from './http.ts';

/** Which part of a list is wanted: the page behind a name, of those that hold a text. */
export interface ListPart {
  readonly after: string;
  readonly search: string;
}

/** Repositories on one page: as many as one reads through. */
const repositoriesOnPage = 100;

/** A page of the repositories of a registry. */
export function useRepositories(registry: string, { after, search }: ListPart) {
  const query = new URLSearchParams({ after, search, length: `${repositoriesOnPage}` });
  return useQuery({
    queryKey: ['registry-content', registry, after, search],
    queryFn: ({ signal }) => read(repositoryListSchema, address(registry, 'repositories', query), signal),
    placeholderData: keepPreviousData,
  });
}

/** A page of the tags of a repository, with what each stands for. */
export function useRepositoryContent(registry: string, repository: string, { after, search }: ListPart) {
  const query = new URLSearchParams({ repository, after, search });
  return useQuery({
    queryKey: ['registry-content', registry, 'contents', repository, after, search],
    queryFn: ({ signal }) => read(repositoryContentSchema, address(registry, 'contents', query), signal),
    placeholderData: keepPreviousData,
  });
}

function address(registry: string, what: string, query: URLSearchParams): string {
  return `/registries/${encodeURIComponent(registry)}/${what}?${query.toString()}`;
}
