import { isRepositoryName } from '@sealift/oci/reference';

/** What can be done in a repository, in distribution's words ("Token Scope Documentation"). */
export type RepositoryAction = 'pull' | 'push' | 'delete';

/** Actions in one repository, as a token is asked for or grants them. */
export interface RepositoryScope {
  readonly repository: string;
  readonly actions: readonly RepositoryAction[];
}

/** The scope to list all repositories, in distribution's words. */
export const catalogScope = 'registry:catalog:*';

const actionOrder: readonly RepositoryAction[] = ['pull', 'push', 'delete'];
/** A copy between repositories needs two scopes; clients that collect many get no more. */
const scopeLimit = 64;

/**
 * Reads scopes such as `repository:team/app:pull,push`, one or several with spaces between them in each text. Other kinds and
 * unknown actions are left out: a token service grants what it understands. `*` stands for every action.
 */
export function parseScopes(texts: readonly string[]): RepositoryScope[] {
  const merged = new Map<string, Set<RepositoryAction>>();
  for (const text of texts.flatMap((one) => one.split(' ')).slice(0, scopeLimit)) {
    const [, repository = '', actions = ''] = /^repository(?:\([a-z0-9]+\))?:(.+):([a-z*,]+)$/.exec(text) ?? [];
    if (!isRepositoryName(repository)) continue;
    const held = merged.get(repository) ?? new Set();
    for (const action of actions.split(',')) for (const one of actionsOf(action)) held.add(one);
    merged.set(repository, held);
  }
  return [...merged].map(([repository, held]) => ({
    repository,
    actions: actionOrder.filter((action) => held.has(action)),
  }));
}

/** Writes scopes as a challenge or a token answer carries them. */
export function formatScopes(scopes: readonly RepositoryScope[]): string {
  return scopes.map(({ repository, actions }) => `repository:${repository}:${actions.join(',')}`).join(' ');
}

function actionsOf(text: string): readonly RepositoryAction[] {
  return text === '*' ? actionOrder : actionOrder.filter((action) => action === text);
}
