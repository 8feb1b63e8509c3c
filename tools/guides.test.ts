import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const tests = ['test/**/*.ts', 'packages/*/src/**/*.test.ts'].flatMap((pattern) => globSync(pattern, { cwd: root }));

/** Blocks of commands that a guide has and that no test types: by their first words, or as a guide whose blocks a test takes all of. */
function untyped(guide: string, blocks: readonly string[], sources: readonly string[]): string[] {
  if (sources.some((source) => source.includes(`guideBlocks('${guide}')`))) return [];
  const typed = new RegExp(`'${guide.replaceAll('.', '\\.')}',\\s*'((?:[^'\\\\]|\\\\.)+)'`, 'g');
  const words = sources.flatMap((source) => [...source.matchAll(typed)].map(([, first = '']) => first));
  return blocks.filter((block) => !words.some((first) => block.startsWith(first.replaceAll(/\\(.)/g, '$1'))));
}

describe('the guides', () => {
  it('have no block of commands that no test types', () => {
    const sources = tests.map(read);
    const left = globSync('docs/guides/*.md', { cwd: root }).flatMap((path) => {
      const blocks = [...read(path).matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block);
      return untyped(basename(path), blocks, sources).map((block) => `${path}: ${block}`);
    });
    expect(left).toEqual([]);
    expect(untyped('x.md', ['sealift a', 'sealift b'], ["types('x.md', 'sealift a')"])).toEqual(['sealift b']);
    expect(untyped('x.md', ['sealift a'], ["guideBlocks('x.md')"])).toEqual([]);
  });

  it('fence commands as such', () => {
    const plain = globSync('docs/guides/*.md', { cwd: root }).flatMap((path) =>
      [...read(path).matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
        .filter(([, language, block = '']) => language !== 'sh' && /^(?:\$ )?(?:sudo )?sealift /m.test(block))
        .map(([, , block = '']) => `${path}: ${block.split('\n', 1)[0]}`),
    );
    expect(plain).toEqual([]);
  });
});
