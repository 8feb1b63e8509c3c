import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedConsole } from '../../testing/scripted-console.ts';

const harborview = fileURLToPath(new URL('../../../../../examples/harborview/', import.meta.url));
const example = ['4.2.12', '4.2.13'].map((version) => join(harborview, version, 'release.yaml'));

let site: ScriptedConsole;
beforeEach(async () => {
  site = await ScriptedConsole.start();
});
afterEach(() => site.stop());

/** The newer example as another version, Kubernetes and declared step. */
function written(version: string, from: string, kubernetes: string): string {
  const text = readFileSync(example[1] ?? '', 'utf8')
    .replaceAll('4.2.13', version)
    .replace(`>=4.2.0 <${version}`, from)
    .replaceAll('1.26.10', kubernetes)
    .replace('>=1.26 <1.28', '>=1.26')
    .replaceAll('12610', kubernetes.replaceAll('.', ''));
  const folder = join(site.folder, version);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'release.yaml'), text);
  return join(folder, 'release.yaml');
}

describe('plan', () => {
  it('plans by release files, without a console', async () => {
    const files = [...example, written('4.3.0', '4.2.13', '1.27.4'), written('4.4.0', '4.3.0', '1.29.1')];
    const { code, out } = await site.sealift(['plan', '--from', '4.2.12', '--releases', ...files]);
    expect(code).toBe(0);
    expect(out).toContain(
      'Harborview 4.2.12 to 4.2.13 to 4.3.0: 2 hops; the control plane rolled 2 times, workers once',
    );
    expect(out).toContain('   content: not looked for');
    expect(out).toContain('refused: 4.4.0: 4.3.0 to 4.4.0: Kubernetes would go from 1.27.4 to 1.29.1');
    const closed = await site.sealift(['plan', '--from', '4.2.12', '--to', '4.4.0', '--json', '--releases', ...files]);
    expect([closed.code, JSON.parse(closed.out).path]).toEqual([1, null]);
  });

  it('asks a console, and hands on what it answers', async () => {
    const body = {
      product: 'Harborview',
      from: '4.2.13',
      to: null,
      path: null,
      notDirectly: [],
      runnersUp: [],
      refused: [],
    };
    site.answers.set('GET /api/v1/path?to=4.2.14', { status: 200, body });
    site.answers.set('GET /api/v1/path', { status: 200, body });
    expect(JSON.parse((await site.sealift(['plan', '--to', '4.2.14', '--json'])).out)).toEqual(body);
    expect(await site.sealift(['plan'])).toMatchObject({
      code: 0,
      out: 'Harborview 4.2.13: no newer release can be reached',
    });
  });

  it('names what is missing: where files begin, and a version that none of them has', async () => {
    expect((await site.sealift(['plan', '--releases', ...example])).notes).toContain('--from has to say');
    expect((await site.sealift(['plan', '--from', '9.9.9', '--releases', ...example])).notes).toContain(
      'RELEASE_UNKNOWN',
    );
  });
});

describe('releases lint', () => {
  it('finds nothing wrong with the example, and exits with 2 where something is', async () => {
    const fine = await site.sealift(['releases', 'lint', ...example]);
    expect(fine).toMatchObject({ code: 0, out: '2 releases: 0 errors, 0 warnings' });
    const files = [...example, written('4.4.0', '4.2.13', '1.29.1')];
    const { code, out } = await site.sealift(['releases', 'lint', ...files]);
    expect(code).toBe(2);
    expect(out).toContain('error: Harborview 4.4.0 (never-legal, kubernetes-minor-by-minor)');
    expect(out).toContain('fix: Bring images of the minors between');
    expect(JSON.parse((await site.sealift(['releases', 'lint', '--json', ...files])).out)).toMatchObject({
      releases: 3,
      errors: 3,
    });
  });
});
