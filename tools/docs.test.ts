import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isTest } from './architecture/arrows.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const pages = ['*.md', 'docs/**/*.md', 'examples/**/*.md'].flatMap((pattern) => globSync(pattern, { cwd: root }));
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The name by which a heading of a page is linked to, as GitHub makes it. */
function anchorOf(heading: string): string {
  const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '');
  return plain.trim().replaceAll(' ', '-');
}

function anchorsOf(path: string): ReadonlySet<string> {
  return new Set([...text(path).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)));
}

/** Why a link of a page leads nowhere; undefined when it leads somewhere. */
function flawOf(page: string, link: string): string | undefined {
  const [file = '', anchor = ''] = link.split('#');
  const target = file === '' ? page : join(dirname(page), file);
  if (!existsSync(join(root, target))) return `${page}: there is no ${target}`;
  if (anchor === '' || !target.endsWith('.md') || anchorsOf(target).has(anchor)) return undefined;
  return `${page}: ${target} has no #${anchor}`;
}

describe('the pages', () => {
  it('lead to files and headings that are there', () => {
    const links = pages.flatMap((page) => {
      const prose = text(page).replaceAll(/```[^]*?```/g, '');
      return [...prose.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = '']) => ({ page, link }));
    });
    expect(links.length).toBeGreaterThan(100);
    expect(links.flatMap(({ page, link }) => flawOf(page, link) ?? [])).toEqual([]);
    expect(flawOf('README.md', 'docs/nowhere.md')).toBe('README.md: there is no docs/nowhere.md');
    expect(flawOf('README.md', '#nowhere')).toBe('README.md: README.md has no #nowhere');
  });

  it('are each in the index, guides and references', () => {
    const index = text('docs/README.md');
    const listed = pages.filter((page) => /^docs\/(?:guides|reference)\//.test(page));
    expect(listed.filter((page) => !index.includes(`(${page.slice('docs/'.length)}`))).toEqual([]);
  });

  it('say of every variable that people set what it means, and of none that nobody reads', () => {
    // Between our own processes, or replaced when the executable is built.
    const inside = new Set([
      'SEALIFT_PREDECESSOR',
      'SEALIFT_PID_FILE',
      'SEALIFT_GATEWAY_PROOF',
      'SEALIFT_GATEWAY_IS',
      'SEALIFT_VERSION',
    ]);
    const sources = globSync('packages/*/src/**/*.ts', { cwd: root }).filter(
      (path) => !isTest(path) && !path.startsWith('packages/testkit/') && !/\/(?:testing|demo)\//.test(path),
    );
    const variable = /\bSEALIFT_[A-Z0-9_]*[A-Z0-9]\b/g;
    const read = new Set(sources.flatMap((path) => text(path).match(variable) ?? []).filter((one) => !inside.has(one)));
    const described = new Set(text('docs/reference/environment.md').match(variable));
    expect([...described].toSorted()).toEqual([...read].toSorted());
  });
});
