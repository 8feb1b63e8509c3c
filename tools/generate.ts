// Writes the files of the repository that are made from the code; with --check it only says which are stale.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiDescription } from './generate/api-description.ts';
import { cliPage } from './generate/cli-page.ts';
import { errorsPage } from './generate/errors-page.ts';
import { fieldPage } from './generate/field-page.ts';
import { jsonSchemas } from './generate/json-schemas.ts';
import { preflightPage } from './generate/preflight-page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

const files = [errorsPage(), ...jsonSchemas(), cliPage(), fieldPage(), preflightPage(), await apiDescription()];
const stale: string[] = [];
for (const { path, text } of files) {
  const target = join(root, path);
  const present = await readFile(target, 'utf8').catch(() => undefined);
  if (present === text) continue;
  stale.push(path);
  if (check) continue;
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text);
}
for (const path of stale) process.stdout.write(`${check ? 'stale' : 'written'}: ${path}\n`);
if (check && stale.length > 0) {
  process.stdout.write('Run `npm run generate` and commit what it writes.\n');
  process.exitCode = 1;
}
