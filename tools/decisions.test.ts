import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../docs/decisions/', import.meta.url));
const index = readFileSync(`${folder}README.md`, 'utf8');

it.each(globSync(`${folder}2*.md`).map((path) => basename(path)))(
  'the index of decisions lists %s by its title and date',
  (name) => {
    const text = readFileSync(folder + name, 'utf8');
    const title = /^# (.+)$/m.exec(text)?.[1] ?? 'no title';
    expect(index.split(`| ${name.slice(0, 10)} | [${title}](${name}) |`)).toHaveLength(2);
    expect(text).toContain(`Date: ${name.slice(0, 10)}`);
  },
);
