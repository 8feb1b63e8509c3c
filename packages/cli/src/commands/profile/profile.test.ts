import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digest, ScriptedConsole } from '../../testing/scripted-console.ts';

let site: ScriptedConsole;
beforeEach(async () => {
  site = await ScriptedConsole.start();
});
afterEach(() => site.stop());

describe('profile', () => {
  const view = {
    format: 1,
    product: 'Harborview',
    version: '4.2.12',
    layers: [
      {
        layer: 'cni',
        pack: 'cni-calico',
        version: '3.25.1',
        displayName: 'Calico',
        digest,
        baseValues: 'a: 1\n',
        currentValues: 'a: 2\n',
        customised: true,
        customisations: 1,
      },
    ],
  };

  it('shows the layers, and the values of one', async () => {
    site.answers.set('GET /api/v1/profile', { status: 200, body: view });
    expect((await site.sealift(['profile', 'show'])).out).toContain('cni  cni-calico 3.25.1  1 customised');
    expect((await site.sealift(['profile', 'show', 'cni-calico'])).out).toBe('a: 2');
    expect((await site.sealift(['profile', 'show', 'csi'])).notes).toContain('there are cni-calico');
  });

  it('saves the export whole', async () => {
    site.answers.set('GET /api/v1/profile/export', { status: 200, body: 'the bytes' });
    const path = join(site.folder, 'profile.tar.gz');
    expect((await site.sealift(['profile', 'export', '-o', path])).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('the bytes');
  });
});
