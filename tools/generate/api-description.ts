import { describeApi } from '@sealift/server/openapi';
import { type GeneratedFile, jsonText } from './generated-file.ts';

/** `docs/reference/openapi.json`: the console's API as the server itself describes it (OpenAPI 3.1). */
export async function apiDescription(): Promise<GeneratedFile> {
  return { path: 'docs/reference/openapi.json', text: jsonText(await describeApi()) };
}
