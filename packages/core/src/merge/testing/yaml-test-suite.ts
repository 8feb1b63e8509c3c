import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const suiteSchema = z.object({
  documents: z.array(z.object({ id: z.string(), name: z.string(), fail: z.boolean(), yaml: z.string() })),
});
/** A text of github.com/yaml/yaml-test-suite; `fail`: it is not valid YAML. */
export type SuiteDocument = z.infer<typeof suiteSchema>['documents'][number];

const beside = fileURLToPath(new URL('../../../../../../shared/data/yaml-test-suite.json', import.meta.url));

/** The suite, decoded: `SEALIFT_YAML_SUITE`, else `../shared/data/yaml-test-suite.json` beside the checkout; empty when it is not there. */
export function readSuite(): readonly SuiteDocument[] {
  const file = process.env['SEALIFT_YAML_SUITE'] ?? beside;
  return existsSync(file) ? suiteSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).documents : [];
}
