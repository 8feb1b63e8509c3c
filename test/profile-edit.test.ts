import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../packages/cli/src/program.ts';
import { testContext } from '../packages/cli/src/testing/test-context.ts';
import { startAdopted } from '../packages/server/src/testing/adopted-platform.ts';
import type { RunningPlatform } from '../packages/server/src/testing/running-platform.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const runs = '# pods\npodCIDR: 10.20.0.0/16\nmtu: 9000 # jumbo\n';
const old = {
  version: '4.2.12',
  kubernetes: '1.26.8',
  upgradesFrom: '>=4.2.0 <4.2.12',
  cniValues: '# pods\npodCIDR: 192.168.0.0/16\nmtu: 1440\n',
  cniFiles: {
    'values.schema.json': JSON.stringify({ type: 'object', properties: { mtu: { type: 'integer', maximum: 9000 } } }),
  },
};

/** One story, told in order: a console with a simulated cluster, and what a person types. */
describe('sealift profile edit', () => {
  let platform: RunningPlatform;
  const folder = mkdtempSync(join(tmpdir(), 'sealift-edit-'));
  beforeAll(async () => {
    platform = await startAdopted([old], runs);
  });
  afterAll(async () => {
    await platform?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const sealift = async (...args: string[]) => {
    const env = { SEALIFT_URL: platform.console.url, SEALIFT_TOKEN: platform.token, HOME: folder };
    const { context, written } = testContext({ env });
    const code = await run(['profile', ...args], context);
    return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
  };
  const upgrades = async (): Promise<readonly { readonly id: string }[]> =>
    (await platform.call('GET', '/upgrades')).body.upgrades;

  it('shows the difference and what does not fit, at its line, and makes no draft of it', async () => {
    const dry = await sealift('edit', 'calico', '--set', 'mtu=8000', '--dry-run');
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.out).toContain('@@ -3,1 +3,1 @@\n-mtu: 9000 # jumbo\n+mtu: 8000 # jumbo\n');
    expect(dry.out).toContain('Nothing was changed.');
    const wrong = await sealift('edit', 'cni', '--set', 'mtu=9001', '--yes');
    expect(wrong.code).toBe(2);
    expect(wrong.out).toMatch(/does not fit: line 3, mtu: .*9000/);
    const broken = join(folder, 'broken.yaml');
    writeFileSync(broken, 'a: [\n');
    expect((await sealift('edit', 'cni', '--values', broken, '--yes')).code).toBe(2);
    const json = await sealift('edit', 'cni', '--set', 'mtu=9001', '--json');
    expect(json.code).toBe(2);
    expect(JSON.parse(json.out)).toMatchObject({
      layer: 'cni-calico',
      changes: true,
      draft: null,
      problems: [{ line: 3 }],
    });
    expect((await sealift('edit', 'cni', '--set', 'mtu=9000')).out).toContain('Nothing changes');
    expect(await upgrades()).toEqual([]);
  });

  it('is refused with the reason where it is not to be understood', async () => {
    expect((await sealift('edit', 'cni')).notes).toContain('give either --values or --set');
    expect((await sealift('edit', 'csi', '--set', 'a=1')).notes).toContain('no layer is named "csi"');
    expect((await sealift('edit', 'cni', '--set', 'none.there=1')).notes).toContain('have nothing there');
    expect((await sealift('edit', 'cni', '--set', 'mtu')).notes).toContain('path=value');
    expect((await sealift('edit', 'cni', '--values', join(folder, 'away.yaml'))).code).not.toBe(0);
    expect(await upgrades()).toEqual([]);
  });

  it('leaves a draft where nobody says yes, and applies it once somebody does', async () => {
    const asked = await sealift('edit', 'cni', '--set', 'mtu=8000');
    expect(asked.code).toBe(3);
    const [draft] = await upgrades();
    expect(asked.notes).toContain(`sealift upgrade confirm ${draft?.id}`);
    expect((await platform.call('GET', '/profile/layers/cni-calico')).body.values).toBe(runs);
    const done = await sealift('edit', 'cni', '--set', 'mtu=8000', '--yes', '--wait');
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('runs the new values') });
    expect((await sealift('show', 'cni')).out).toBe(runs.replace('9000', '8000').trimEnd());
  });

  it('has what ran before in the history', async () => {
    const { out } = await sealift('history', 'cni');
    expect(out).toMatch(/^until \S+ {2}4\.2\.12; then an upgrade for new values, confirmed by \S+: succeeded/);
    const { entries, next } = JSON.parse((await sealift('history', 'calico', '--json')).out);
    expect(entries).toMatchObject([{ values: runs, confirmedBy: expect.any(String) }]);
    expect(next).toBeNull();
  });
});
