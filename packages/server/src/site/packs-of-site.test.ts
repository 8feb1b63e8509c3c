import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SiteCheck } from '@sealift/core/site';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sharedStore } from '../testing/shared-store.ts';
import { SiteConsoles, siteRequest, vcenter } from '../testing/site-consoles.ts';
import { TestClient } from '../testing/test-client.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const store = sharedStore();
const ok: SiteCheck = { name: 'vcenter', title: 'vCenter', field: 'vcenter.url', outcome: 'pass', detail: 'answers' };
const pullSecret = { namespace: 'kube-system', name: 'site-registry' };
const imageRegistry = { address: 'harbor.example:8443/sealift/images', pullSecret };
const variables = 'domain: site.example # ours\npassword: hunter2\n';
const request = { ...siteRequest, imageRegistry, variables };
const login = { ...vcenter, password: 'n3w' };
const { enterprise: _enterprise, imageRegistry: _registry, variables: _variables, ...kept } = request;

let folder: string;
let site: SiteConsoles;
let client: TestClient;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-site-'));
  site = new SiteConsoles(store(), folder, [ok]);
  client = await site.signedIn();
});
afterEach(async () => {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

const put = (body: object) => client.call('PUT', '/site', body);
const row = () => store().db.selectFrom('site_settings').selectAll().executeTakeFirstOrThrow();
const settings = async () => (await client.call('GET', '/site')).body['settings'];
const textOf = (at: number): string => {
  const given = site.looked.at(at)?.variables;
  return given !== undefined && 'text' in given ? given.text.reveal() : '';
};

describe('the image registry and the variables of a site', () => {
  it('are tried and stored with its settings; the values of variables are sealed, and never shown', async () => {
    const saved = await put(request);
    expect(saved.status).toBe(200);
    const looked = { registry: 'harbor.example:8443', base: 'sealift/images', pullSecret };
    expect(site.looked[0]?.imageRegistry).toEqual(looked);
    expect(textOf(0)).toBe(variables);
    expect(await settings()).toMatchObject({
      imageRegistry,
      variables: { names: ['domain', 'password'], from: 'what was given here' },
    });
    await client.call('POST', '/site/check');
    expect([site.looked[1]?.imageRegistry, textOf(1)]).toEqual([looked, variables]);
    const audit = JSON.stringify(await store().db.selectFrom('audit_entry').selectAll().execute());
    const everywhere = [saved.text, JSON.stringify(await settings()), JSON.stringify(await row()), audit].join('\n');
    for (const secret of ['hunter2', 'site.example', Buffer.from('hunter2').toString('base64')])
      expect(everywhere).not.toContain(secret);
    expect(audit).toContain('harbor.example:8443');
  });

  it('stay where none are given anew, and go where they are taken away', async () => {
    await put(request);
    expect((await put({ ...kept, revision: 1 })).status).toBe(200);
    expect([site.looked[1]?.imageRegistry?.base, textOf(1)]).toEqual(['sealift/images', variables]);
    expect((await put({ ...kept, revision: 2, imageRegistry: null, variables: null })).status).toBe(200);
    expect(site.looked[2]).toMatchObject({ imageRegistry: undefined, variables: undefined });
    expect(await settings()).toMatchObject({ imageRegistry: null, variables: null });
    expect((await put({ ...kept, revision: 3, variables: '# none\n' })).status).toBe(200);
    expect(await settings()).toMatchObject({ variables: null });
  });

  it.each<[string, object, string, string]>([
    ['an address with a scheme', { address: 'https://harbor.example', pullSecret: null }, '.address', 'INPUT_INVALID'],
    ['a path that is none', { address: 'harbor.example/UP', pullSecret: null }, '.address', 'INPUT_INVALID'],
    ['an odd Secret', { address: 'h.example', pullSecret: { namespace: '..', name: 'x' } }, '', 'INPUT_INVALID'],
  ])('are refused with %s before anybody is asked', async (_what, given, place, code) => {
    const { body } = await put({ ...request, imageRegistry: given });
    expect(body).toMatchObject({ code, place: expect.stringContaining(`body.imageRegistry${place}`) as string });
    expect(site.looked).toEqual([]);
  });

  it.each(['- hunter2\n', 'a: { b: hunter2 }\n', 'a: "hunter2\n'])(
    'are refused with the variables %j, of which nothing is said',
    async (text) => {
      const { body, text: answer } = await put({ ...request, variables: text });
      expect(body).toMatchObject({ code: 'VARIABLES_INVALID', place: 'body.variables' });
      expect(answer).not.toContain('hunter2');
      expect(site.looked).toEqual([]);
    },
  );

  it('are bounded', async () => {
    const { body } = await put({ ...request, variables: `a: ${'x'.repeat(200_000)}` });
    expect(body).toMatchObject({ code: 'INPUT_INVALID', place: 'body.variables' });
  });

  it('stay as they are while an upgrade runs, and may be given again as they are', async () => {
    await put(request);
    await store().db.updateTable('console_lock').set({ upgrade_id: 'u1' }).execute();
    const same = { ...kept, revision: 1, vcenter: login };
    for (const change of [
      { imageRegistry: null },
      { imageRegistry: { ...imageRegistry, address: 'other.example' } },
      { imageRegistry: { ...imageRegistry, pullSecret: null } },
      { variables: null },
      { variables: 'domain: site.example\n' },
      { variables: 'domain: site.example\npassword: other\n' },
    ])
      expect((await put({ ...same, ...change })).body).toMatchObject({ code: 'CONSOLE_LOCKED' });
    expect(
      (await put({ ...same, imageRegistry, variables: '{ password: hunter2, domain: site.example }' })).body,
    ).toMatchObject({ revision: 2 });
  });

  it('are given again while an upgrade runs where the key is lost: it would wait for ever', async () => {
    await put(request);
    await store().db.updateTable('console_lock').set({ upgrade_id: 'u1' }).execute();
    rmSync(join(folder, 'secret-key'));
    expect((await put({ ...kept, revision: 1 })).body).toMatchObject({ code: 'SECRET_KEY_INVALID' });
    expect((await put({ ...request, revision: 1 })).body).toMatchObject({ revision: 2 });
  });

  it('that the console was started with hold, are shown, and cannot be given beside', async () => {
    const { app } = await site.open({
      startedWith: {
        imageRegistry: { registry: 'option.example', base: '' },
        variables: { file: '/etc/sealift/variables.yaml' },
      },
    });
    const other = new TestClient(app);
    other.cookie = client.cookie;
    client = other;
    for (const field of ['imageRegistry', 'variables'] as const) {
      const { body } = await put({ ...siteRequest, [field]: request[field] });
      expect(body).toMatchObject({ code: 'SITE_SETTINGS_FIXED', place: `body.${field}` });
    }
    expect((await put(siteRequest)).status).toBe(200);
    expect(site.looked[0]).toMatchObject({
      imageRegistry: { registry: 'option.example' },
      variables: { file: '/etc/sealift/variables.yaml' },
    });
    expect((await client.call('GET', '/site')).body).toMatchObject({
      startedWith: ['imageRegistry', 'variables'],
      settings: {
        imageRegistry: { address: 'option.example', pullSecret: null },
        variables: { names: null, from: 'the file /etc/sealift/variables.yaml' },
      },
    });
  });
});
