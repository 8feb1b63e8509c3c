import { packSchema } from '@sealift/core/pack';
import { releaseFileSchema } from '@sealift/core/release';
import { z } from 'zod';
import { type GeneratedFile, jsonText } from './generated-file.ts';

/** JSON Schemas (draft 2020-12) of the files that people write. */
export function jsonSchemas(): GeneratedFile[] {
  return [
    schemaFile('release.schema.json', releaseFileSchema, {
      title: 'Sealift release',
      description: 'release.yaml: one release of a platform, as a release engineer describes it.',
    }),
    schemaFile('pack.schema.json', packSchema, {
      title: 'Sealift pack',
      description: 'pack.json: what a pack is. Fields that are not listed are kept.',
    }),
  ];
}

function schemaFile(name: string, schema: z.ZodType, head: { title: string; description: string }): GeneratedFile {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return {
    path: `docs/reference/${name}`,
    text: jsonText({ $schema, $id: `https://sealift.dev/schemas/${name}`, ...head, ...rest }),
  };
}
