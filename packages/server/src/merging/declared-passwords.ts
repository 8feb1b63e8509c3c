import { isSealiftError } from '@sealift/core/errors';
import { jsonSchemaPasswords, passwordPaths, readSchemaNotation } from '@sealift/core/merge';
import type { UpgradeLayerRow } from '../store/tables/upgrades.ts';

/** The dotted paths that the schemas of a layer's pack name as passwords; a schema that cannot be read names none, and is reported elsewhere. */
export function declaredPasswords(row: Pick<UpgradeLayerRow, 'schema_notation' | 'json_schema'>): string[] {
  const { schema_notation: notation, json_schema: jsonSchema } = row;
  return [
    ...readable(() => (notation === null ? [] : passwordPaths(readSchemaNotation(notation)))),
    ...readable(() => (jsonSchema === null ? [] : jsonSchemaPasswords(JSON.parse(jsonSchema)))),
  ];
}

function readable(read: () => readonly string[]): readonly string[] {
  try {
    return read();
  } catch (error) {
    if (isSealiftError(error) || error instanceof SyntaxError) return [];
    throw error;
  }
}
