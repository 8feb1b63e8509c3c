import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SiteCheck } from '@sealift/core/site';
import { isAllowed } from '@sealift/core/api';
import { Secret } from '@sealift/core/secret';
import type { SiteSettings } from '@sealift/site/settings';
import { validCertificate } from '@sealift/testkit/certificates';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ComposeSettings } from '../app/compose.ts';
import { SwitchedCluster } from '../platform/switched-cluster.ts';
import { sharedStore } from '../testing/shared-store.ts';
import { storeConfirmedUpgrade } from '../testing/confirmed-upgrade.ts';
import { kubeconfig, noPlaces, SiteConsoles, siteRequest as request, vcenter } from '../testing/site-consoles.ts';
import { TestClient } from '../testing/test-client.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const store = sharedStore();
let folder: string;
let consoles: SiteConsoles;
let client: TestClient;
const console = (more: Partial<ComposeSettings> = {}) => consoles.open(more);

const ok: SiteCheck = { name: 'vcenter', title: 'vCenter', field: 'vcenter.url', outcome: 'pass', detail: 'answers' };
const bad: SiteCheck = {
  ...ok,
  field: 'vcenter.password',
  outcome: 'block',
  code: 'VSPHERE_LOGIN_REFUSED',
  detail: 'vCenter does not accept it',
  remedy: 'Check the password.',
};
const nothingApplied = {
  content: {
    openPack: () => Promise.reject(new Error('asked')),
    openRelease: () => Promise.reject(new Error('asked')),
    openTool: () => Promise.reject(new Error('asked')),
    digestOfImage: () => Promise.reject(new Error('asked')),
  },
  holder: () => ({ id: 'x', epoch: 0 }),
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-site-'));
  consoles = new SiteConsoles(store(), folder, [ok]);
  client = await consoles.signedIn();
});
afterEach(async () => {
  await consoles.close();
  rmSync(folder, { recursive: true, force: true });
});

const { password: _password, ...keptVcenter } = request.vcenter;
const kept = {
  revision: 1,
  vcenter: keptVcenter,
  places: noPlaces,
  management: null,
  clusterName: request.clusterName,
};
const row = () => store().db.selectFrom('site_settings').selectAll().executeTakeFirstOrThrow();
const audit = async () => JSON.stringify(await store().db.selectFrom('audit_entry').selectAll().execute());

describe('settings of the site', () => {
  it('are none at first', async () => {
    expect((await client.call('GET', '/site')).body).toEqual({
      source: 'none',
      fixed: null,
      revision: 0,
      settings: null,
      startedWith: [],
      changedBy: null,
      changedAt: null,
    });
    expect((await client.call('POST', '/site/check')).body).toMatchObject({ code: 'CLUSTER_NOT_CONNECTED' });
    expect((await client.call('GET', '/cluster/nodes')).body).toMatchObject({ code: 'CLUSTER_NOT_CONNECTED' });
  });

  it('are stored where the site was found with them, and their secrets never shown', async () => {
    const saved = await client.call('PUT', '/site', request);
    expect([saved.status, saved.body['checks']]).toEqual([200, [ok]]);
    const [settings] = consoles.looked;
    expect(settings).toMatchObject({
      url: 'https://vc.example',
      networks: ['VM Network'],
      cluster: request.clusterName,
    });
    expect(settings?.password.reveal()).toBe('pa55word');
    expect(settings?.enterprise?.text?.reveal()).toContain('t0ken');
    const shown = await client.call('GET', '/site');
    expect(shown.body).toMatchObject({
      source: 'console',
      revision: 1,
      changedBy: 'admin',
      settings: {
        vcenter: { url: 'https://vc.example', username: 'admin@vsphere.local', trust: 'the CAs of the machine' },
        enterprise: { server: 'https://k.example:6443' },
        management: null,
      },
    });
    const stored = await row();
    const everywhere = [shown.text, saved.text, JSON.stringify(stored), await audit()].join('\n');
    for (const secret of ['pa55word', 't0ken', Buffer.from('pa55word').toString('base64')])
      expect(everywhere).not.toContain(secret);
    expect(await audit()).toContain('site.change');
    expect(await audit()).toContain('vcenter.password');
    expect(readFileSync(join(folder, 'secret-key'), 'utf8')).not.toContain(stored.key_id ?? '');
  });

  it('that lead nowhere are not stored, and each look is told', async () => {
    consoles.found = [ok, bad];
    const refused = await client.call('PUT', '/site', request);
    expect([refused.status, refused.body]).toEqual([
      422,
      expect.objectContaining({
        code: 'SITE_SETTINGS_REFUSED',
        place: 'body.vcenter.password',
        hint: 'Check the password.',
        checks: [ok, bad],
      }),
    ]);
    expect(await row()).toMatchObject({ revision: 0, document: null, secrets: null });
    expect(await audit()).not.toContain('site.');
  });

  it.each<[string, object, string, string]>([
    ['no password at first', { vcenter }, 'INPUT_INVALID', 'body.vcenter.password'],
    ['plain HTTP', { vcenter: { ...request.vcenter, url: 'http://127.0.0.1' } }, 'INPUT_INVALID', 'body.vcenter.url'],
    [
      'a login in the address',
      { vcenter: { ...request.vcenter, url: 'https://a:b@c' } },
      'INPUT_INVALID',
      'body.vcenter.url',
    ],
    ['a CA that is none', { vcenter: { ...request.vcenter, ca: 'hello' } }, 'INPUT_INVALID', 'body.vcenter.ca'],
    [
      'a CA and a thumbprint',
      { vcenter: { ...request.vcenter, ca: validCertificate, thumbprint: 'AA' } },
      'INPUT_INVALID',
      'body.vcenter.thumbprint',
    ],
    ['a kubeconfig that is none', { enterprise: { text: 'x' } }, 'KUBERNETES_CONFIG_INVALID', 'body.enterprise'],
    [
      'a kubeconfig with a program',
      { management: { text: kubeconfig('https://m').replace('"token":"t0ken"', '"exec":{"command":"sh"}') } },
      'KUBERNETES_CONFIG_NOT_CONTAINED',
      'body.management',
    ],
    [
      'an odd name of a Cluster',
      { clusterName: { namespace: '..', name: 'x' } },
      'INPUT_INVALID',
      'body.clusterName.namespace',
    ],
    ['settings that others changed', { revision: 7 }, 'SITE_SETTINGS_CHANGED', 'body.revision'],
  ])('are refused with %s before anybody is asked', async (_what, change, code, place) => {
    const { body } = await client.call('PUT', '/site', { ...request, ...change });
    expect(body).toMatchObject({ code, place, hint: expect.stringMatching(/\w/) as string });
    expect(consoles.looked).toEqual([]);
    expect(await row()).toMatchObject({ revision: 0, document: null });
  });

  it('keep their secrets where none is given anew, but never send a password elsewhere', async () => {
    await client.call('PUT', '/site', request);
    const moved = { ...kept, places: { ...noPlaces, datacenter: 'DC1' } };
    expect((await client.call('PUT', '/site', moved)).body).toMatchObject({ revision: 2 });
    expect(consoles.looked.at(-1)?.password.reveal()).toBe('pa55word');
    expect(consoles.looked.at(-1)?.enterprise?.text?.reveal()).toContain('t0ken');
    for (const change of [
      { url: 'https://evil.example' },
      { username: 'other' },
      { ca: validCertificate },
      { thumbprint: 'AA' },
    ]) {
      const asked = { ...kept, revision: 2, vcenter: { ...keptVcenter, ...change } };
      for (const answer of [await client.call('PUT', '/site', asked), await client.call('POST', '/site/places', asked)])
        expect(answer.body).toMatchObject({ code: 'INPUT_INVALID', place: 'body.vcenter.password' });
    }
    expect(consoles.looked).toHaveLength(2);
  });

  it('that were changed in the database lead nowhere', async () => {
    await client.call('PUT', '/site', request);
    const { document } = await row();
    const evil = (document ?? '').replace('vc.example', 'evil.example');
    await store().db.updateTable('site_settings').set({ document: evil, revision: 2 }).execute();
    expect((await client.call('POST', '/site/check')).body).toMatchObject({ code: 'SECRET_KEY_OTHER' });
    expect((await client.call('GET', '/cluster/nodes')).body).toMatchObject({ code: 'SECRET_KEY_OTHER' });
    expect((await client.call('GET', '/summary')).status).toBe(200);
    expect(consoles.looked).toHaveLength(1);
  });

  it('of a lost key are given again, with every secret', async () => {
    await client.call('PUT', '/site', request);
    rmSync(join(folder, 'secret-key'));
    expect((await client.call('GET', '/site')).body).toMatchObject({ source: 'console' });
    expect((await client.call('PUT', '/site', kept)).body).toMatchObject({ code: 'SECRET_KEY_INVALID' });
    const again = await client.call('PUT', '/site', { ...request, revision: 1 });
    expect(again.body).toMatchObject({ revision: 2 });
    expect((await client.call('POST', '/site/check')).body).toEqual({ checks: [ok] });
  });

  it('are forgotten, once, and the key of a token has no part in it', async () => {
    await client.call('PUT', '/site', request);
    expect((await client.call('DELETE', '/site')).status).toBe(204);
    expect((await client.call('DELETE', '/site')).status).toBe(204);
    expect(await row()).toMatchObject({ revision: 2, document: null, secrets: null, key_id: null });
    expect((await audit()).match(/site\.forget/g)).toHaveLength(1);
  });

  it('drop what was found at another site, and a confirmation that looked there is refused', async () => {
    await storeConfirmedUpgrade(store().db, '6d8f5a0e-0000-4000-8000-000000000001', 'draft');
    const report = { upgrade_id: '6d8f5a0e-0000-4000-8000-000000000001', at: new Date(), report: '{}' };
    await store().db.insertInto('preflight').values(report).execute();
    await client.call('PUT', '/site', request);
    expect(await store().db.selectFrom('preflight').selectAll().execute()).toEqual([]);
  });

  it('are for those who may see and change them', async () => {
    const nobody = new TestClient((await console()).app);
    for (const [method, path] of [
      ['GET', '/site'],
      ['PUT', '/site'],
      ['DELETE', '/site'],
      ['POST', '/site/check'],
      ['POST', '/site/places'],
      ['POST', '/cluster/kubeconfig'],
    ] as const)
      expect((await nobody.call(method, path, method === 'GET' ? undefined : {})).status).toBe(401);
    const foreign = await client.call('PUT', '/site', request, { origin: 'https://evil.example' });
    expect(foreign.body).toMatchObject({ code: 'ORIGIN_REFUSED' });
    expect(isAllowed('root', 'site.change')).toBe(true);
  });
});

describe('while an upgrade runs', () => {
  const lock = () => store().db.updateTable('console_lock').set({ upgrade_id: 'u1' }).execute();

  it('a new login of the same site is taken, and no other site', async () => {
    await client.call('PUT', '/site', request);
    await lock();
    const login = { ...kept, vcenter: { ...vcenter, username: 'other', password: 'n3w' } };
    expect((await client.call('PUT', '/site', login)).body).toMatchObject({ revision: 2 });
    const rotated = { ...login, revision: 2, enterprise: { text: kubeconfig('https://k.example:6443', 'n3w-token') } };
    expect((await client.call('PUT', '/site', rotated)).body).toMatchObject({ revision: 3 });
    for (const change of [
      { vcenter: { ...login.vcenter, url: 'https://vc2.example' } },
      { places: { ...noPlaces, datastore: 'x' } },
      { enterprise: { text: kubeconfig('https://k2.example:6443') } },
      { enterprise: null },
      { management: { text: kubeconfig('https://m.example') } },
      { clusterName: null },
    ])
      expect((await client.call('PUT', '/site', { ...login, revision: 3, ...change })).body).toMatchObject({
        code: 'CONSOLE_LOCKED',
      });
    expect((await client.call('DELETE', '/site')).body).toMatchObject({ code: 'CONSOLE_LOCKED' });
    expect(await row()).toMatchObject({ revision: 3 });
  });

  it('no first settings are taken', async () => {
    await lock();
    expect((await client.call('PUT', '/site', request)).body).toMatchObject({ code: 'CONSOLE_LOCKED' });
  });
});

describe('settings that came as options', () => {
  const site: SiteSettings = {
    url: 'https://vc.option',
    username: 'u',
    password: new Secret('0ption'),
    caFile: '/etc/ca.pem',
    places: { datacenter: 'DC0' },
    networks: [],
    enterprise: { kubeconfig: '/etc/kube', context: 'prod' },
  };

  it('win over stored ones, are shown without secrets, and cannot be changed', async () => {
    await client.call('PUT', '/site', request);
    const { app } = await console({ site });
    const other = new TestClient(app);
    other.cookie = client.cookie;
    const shown = await other.call('GET', '/site');
    expect(shown.body).toMatchObject({
      source: 'options',
      fixed: expect.stringContaining('--vcenter') as string,
      settings: {
        vcenter: { url: 'https://vc.option', trust: 'the CA in /etc/ca.pem, and those of the machine' },
        enterprise: { server: null, from: 'the kubeconfig /etc/kube, context prod' },
      },
    });
    expect(shown.text).not.toContain('0ption');
    for (const [method, path, body] of [
      ['PUT', '/site', { ...request, revision: 1 }],
      ['DELETE', '/site', undefined],
      ['POST', '/site/places', { vcenter: request.vcenter }],
    ] as const)
      expect((await other.call(method, path, body)).body).toMatchObject({ code: 'SITE_SETTINGS_FIXED' });
    await other.call('POST', '/site/check');
    expect(consoles.looked.at(-1)?.url).toBe('https://vc.option');
  });
});

describe('two consoles on one database', () => {
  it('use new settings with the next call, and say so where they have another key', async () => {
    const keyFile = join(folder, 'shared-key');
    writeFileSync(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 });
    const [one, two, three] = await Promise.all([
      console({ secretKeyFile: keyFile }),
      console({ secretKeyFile: keyFile }),
      console({ dataDir: join(folder, 'another') }),
    ]);
    const first = new TestClient(one.app);
    first.cookie = client.cookie;
    expect(await two.parts.cluster.facts()).toEqual({ connected: false, simulated: false, vcenterHost: null });
    expect((await first.call('PUT', '/site', request)).status).toBe(200);
    expect(await two.parts.cluster.facts()).toEqual({ connected: true, simulated: false, vcenterHost: 'vc.example' });
    await expect(three.parts.cluster.facts()).rejects.toMatchObject({ code: 'SECRET_KEY_INVALID' });
    await first.call('DELETE', '/site');
    expect(await two.parts.cluster.facts()).toEqual({ connected: false, simulated: false, vcenterHost: null });
    expect(await three.parts.cluster.facts()).toEqual({ connected: false, simulated: false, vcenterHost: null });
  });
});

describe('a cluster whose settings change', () => {
  it('ends what was begun where it was begun, and reads new settings once for all who wait', async () => {
    let revision = 0;
    let reads = 0;
    const changing = {
      revision: () => Promise.resolve(revision),
      read: () => {
        reads += 1;
        const url = `https://vc${revision}.example`;
        const login = { url, username: 'u', password: new Secret('p') };
        return Promise.resolve({ revision, settings: { ...login, places: {}, networks: [] } });
      },
    };
    const cluster = new SwitchedCluster(changing, nothingApplied);
    expect(await cluster.facts()).toEqual({ connected: false, simulated: false, vcenterHost: null });
    revision = 1;
    const all = await Promise.all([cluster.facts(), cluster.facts(), cluster.facts()]);
    expect(all.map(({ vcenterHost }) => vcenterHost)).toEqual(Array(3).fill('vc1.example'));
    expect(reads).toBe(1);
    await cluster.close();
  });
});
