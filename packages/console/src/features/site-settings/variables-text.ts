import type { SiteView } from '@sealift/core/api';

/** Which variables there are, never what they say. */
export function variablesText(variables: NonNullable<SiteView['settings']>['variables']): string {
  if (variables === null) return 'none';
  return variables.names === null ? variables.from : variables.names.join(', ');
}
