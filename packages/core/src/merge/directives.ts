import type { CST } from 'yaml';
import { SealiftError } from '../errors/index.ts';
import type { SourceText } from './source.ts';

/**
 * Checks what the library leaves out: a document has at most one `%YAML`, and one `%TAG` for a handle (YAML 1.2.2, 6.8.1 and 6.8.2). A `%YAML`
 * of several versions says nothing that a reader could follow, and is passed over as a reserved directive is.
 *
 * @returns the tokens without the directives that are passed over
 * @throws SealiftError MERGE_YAML_INVALID
 */
export function checkDirectives(tokens: readonly CST.Token[], source: SourceText): readonly CST.Token[] {
  const seen = new Set<string>();
  return tokens.filter((token) => {
    if (token.type === 'document') seen.clear();
    if (token.type !== 'directive') return true;
    const [name = '', ...parameters] = token.source.trim().split(/[ \t]+/);
    if (name !== '%YAML' && name !== '%TAG') return true;
    if (name === '%YAML' && parameters.length > 1 && parameters.every((part) => /^\d+\.\d+$/.test(part))) return false;
    const directive = name === '%TAG' ? `${name} ${parameters[0] ?? ''}` : name;
    if (seen.has(directive)) {
      throw new SealiftError('MERGE_YAML_INVALID', {
        ...source.at(token.offset, { reason: `the directive ${directive} stands twice before one document` }),
        hint: 'Keep one of the two lines.',
      });
    }
    seen.add(directive);
    return true;
  });
}
