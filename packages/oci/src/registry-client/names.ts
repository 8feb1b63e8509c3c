import { SealiftError } from '@sealift/core/errors';
import { isDigest } from '../digest.ts';
import { isRepositoryName, isTag } from '../reference.ts';
import type { Scope } from './authenticator.ts';

/** The scope to read a repository. */
export function pullScope(repository: string): Scope {
  return `repository:${repository}:pull`;
}

/** The scope to list repositories. */
export const catalogScope: Scope = 'registry:catalog:*';

/** The scope to remove from a repository. */
export function deleteScope(repository: string): Scope {
  return `repository:${repository}:delete`;
}

/** The scope to read and write a repository. */
export function pushScope(repository: string): Scope {
  return `repository:${repository}:pull,push`;
}

/** The scope to take a blob over from another repository, which has to be readable for that. */
export function mountScope(repository: string, from: string): Scope {
  return `repository:${repository}:pull,push ${pullScope(from)}`;
}

/** A repository name that can go into a URL as it is. @throws REFERENCE_INVALID */
export function checkedRepository(name: string): string {
  if (isRepositoryName(name)) return name;
  throw new SealiftError('REFERENCE_INVALID', {
    values: { reference: JSON.stringify(name.slice(0, 300)), reason: 'it is not a repository name' },
  });
}

/** A tag or digest that can go into a URL as it is. @throws REFERENCE_INVALID */
export function checkedReference(reference: string): string {
  if (isTag(reference) || isDigest(reference)) return reference;
  throw new SealiftError('REFERENCE_INVALID', {
    values: { reference: JSON.stringify(reference.slice(0, 300)), reason: 'it is neither a tag nor a SHA-256 digest' },
  });
}
