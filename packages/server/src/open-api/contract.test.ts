import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startAdopted } from '../testing/adopted-platform.ts';
import { contractOfApi } from '../testing/keep-contract.ts';
import { administrator, type RunningPlatform } from '../testing/running-platform.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const values = 'mtu: 1440\n';
const old = { version: '4.2.12', kubernetes: '1.26.8', upgradesFrom: '>=4.2.0 <4.2.12', cniValues: values };
const next = { ...old, version: '4.2.13', upgradesFrom: '>=4.2.0 <4.2.13', cniValues: 'mtu: 1450\n' };

let platform: RunningPlatform;
const contract = contractOfApi();
beforeAll(async () => {
  platform = await startAdopted([old, next]);
});
afterAll(() => platform.stop());

interface Wanted {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
}

const called = new Set<string>();
const faults: string[] = [];

/** Calls the server over HTTP, and holds the answer against the document. */
async function ask(method: string, path: string, { body, headers = {}, status = 200 }: Wanted = {}) {
  const response = await fetch(`${platform.console.url}/api/v1${path}`, {
    method,
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${platform.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const type = response.headers.get('content-type') ?? '';
  // An event stream never ends by itself.
  const isStream = type.startsWith('text/event-stream');
  if (isStream) await response.body?.cancel();
  const text = isStream ? '' : await response.text();
  const answered: unknown = type.includes('json') ? JSON.parse(text) : text;
  const seen = { method, path, status: response.status, headers: Object.fromEntries(response.headers), body: answered };
  called.add(contract.operationOf(seen)?.name ?? `${method} ${path}`);
  faults.push(...contract.faultsOf(seen));
  if (response.status !== status) faults.push(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
  // oxlint-disable-next-line typescript/no-explicit-any -- it looks into answers of every shape
  return answered as any;
}

const noToken = 'n'.repeat(32);
const name = (end: string) => `contract-${end}`;
const seen = (revision: number) => ({ 'if-match': `"${revision}"` });

async function access(): Promise<void> {
  await ask('GET', '/setup');
  await ask('POST', '/setup', { body: { token: noToken, ...administrator }, status: 409 });
  await ask('GET', '/entry');
  await ask('POST', '/session', { body: administrator });
  await ask('GET', '/session');
  await ask('GET', '/sessions');
  await ask('DELETE', '/sessions/none', { status: 404 });
  await ask('PUT', '/session/password', {
    body: { current: 'wrong', password: 'five random words are here' },
    status: 400,
  });
  await ask('POST', '/password-link', {
    body: { token: noToken, password: 'five random words are here' },
    status: 403,
  });
  await ask('GET', '/tokens?of=everybody');
  const token = await ask('POST', '/tokens', { body: { name: name('token') }, status: 201 });
  await ask('DELETE', `/tokens/${token.id}`, { status: 204 });
  await ask('GET', '/accounts');
  const made = await ask('POST', '/accounts', { body: { username: 'ann', role: 'viewer' }, status: 201 });
  const { id } = made.account;
  const { revision } = await ask('GET', `/accounts/${id}`);
  await ask('PUT', `/accounts/${id}`, { body: { role: 'operations', disabled: false }, status: 428 });
  await ask('PUT', `/accounts/${id}`, {
    body: { role: 'operations', disabled: false },
    headers: seen(revision + 1),
    status: 412,
  });
  await ask('PUT', `/accounts/${id}`, { body: { role: 'operations', disabled: false }, headers: seen(revision) });
  await ask('POST', `/accounts/${id}/password-link`, { status: 201 });
  await ask('GET', `/accounts/${id}/sessions`);
  await ask('DELETE', `/accounts/${id}/sessions/none`, { status: 404 });
  await ask('DELETE', `/accounts/${id}/sessions`, { status: 204 });
  const now = await ask('GET', `/accounts/${id}`);
  await ask('DELETE', `/accounts/${id}`, { headers: seen(now.revision), status: 204 });
  const policy = await ask('GET', '/access-policy');
  await ask('PUT', '/access-policy', {
    body: { banner: 'Hello', secondPerson: false },
    headers: seen(policy.revision),
  });
  await ask('GET', '/single-sign-on');
  await ask('PUT', '/single-sign-on', { body: {}, headers: seen(0), status: 400 });
  await ask('DELETE', '/single-sign-on', { status: 428 });
  await ask('GET', '/single-sign-on/start', { status: 303 });
  await ask('GET', '/single-sign-on/callback', { status: 303 });
  await ask('DELETE', '/session', { status: 204 });
}

async function site(): Promise<void> {
  await ask('GET', '/summary');
  await ask('GET', '/updates');
  await ask('POST', '/platform/survey', { body: {} });
  await ask('POST', '/platform/adopt', { body: { version: '4.2.12' }, status: 409 });
  await ask('GET', '/profile');
  await ask('GET', '/profile/export');
  await ask('GET', '/cluster/nodes');
  await ask('GET', '/cluster/layers');
  await ask('GET', '/cluster/events');
  await ask('POST', '/cluster/kubeconfig', { body: { hours: 1 }, status: 409 });
  await ask('GET', '/site');
  await ask('PUT', '/site', { body: {}, status: 400 });
  await ask('DELETE', '/site', { status: 409 });
  await ask('POST', '/site/check', { status: 503 });
  await ask('POST', '/site/places', { body: {}, status: 400 });
  await ask('GET', '/certificates');
  await ask('GET', '/support-bundle/contents');
  await ask('GET', '/support-bundle');
  await ask('GET', '/events');
  await ask('GET', '/metrics');
  await ask('GET', '/openapi.json');
}

async function content(): Promise<void> {
  await ask('GET', '/trusted-keys');
  await ask('POST', '/trusted-keys', { body: { publicKey: 'none' }, status: 422 });
  await ask('DELETE', '/trusted-keys/0000000000000000', { status: 404 });
  await ask('GET', '/registries');
  await ask('POST', '/registries', { body: {}, status: 400 });
  await ask('POST', '/registries/validate', { body: {}, status: 400 });
  await ask('GET', '/registries/spectro-packs');
  await ask('PATCH', '/registries/none', { body: {}, headers: seen(0), status: 404 });
  await ask('DELETE', '/registries/none', { headers: seen(0), status: 404 });
  await ask('POST', '/registries/none/validate', { body: {}, status: 404 });
  await ask('POST', '/registries/spectro-packs/sync', { status: 202 });
  await ask('GET', '/registries/spectro-packs/repositories');
  await ask('GET', '/registries/spectro-packs/tags?repository=sealift/packs/spectro-packs/none', { status: 404 });
  await ask('GET', '/registries/spectro-packs/contents?repository=sealift/packs/spectro-packs/none', { status: 404 });
  await ask('GET', '/packs');
  await ask('GET', '/packs/outdated');
  await ask('GET', '/packs/calico/uses');
  await ask('GET', '/upload-target');
  const upload = { product: 'p', version: '1', bundleSha256: 'a'.repeat(64), keyId: 'k', pushed: 0, skipped: 0 };
  await ask('POST', '/uploads', { body: upload, status: 201 });
  await ask('GET', '/registry-mirror');
  await ask('POST', '/registry-mirror', { body: { from: 'none', to: 'spectro-packs' }, status: 404 });
  await ask('POST', '/registry-mirror/cancel', { status: 202 });
  await ask('GET', '/registry-care');
  await ask('POST', '/registry-care/clean-up', { body: { dryRun: true }, status: 202 });
  await platform.until('/registry-care', ({ running }) => running === null);
  await ask('POST', '/registry-care/scrub', { status: 202 });
  await platform.until('/registry-care', ({ running }) => running === null);
  await ask('PUT', '/registry-care/kept-releases', { body: { releases: [] } });
}

async function records(): Promise<void> {
  await ask('GET', '/evidence-keys');
  await ask('POST', '/evidence-keys', { body: { reason: 'a year is over' }, status: 201 });
  await ask('GET', '/audit?limit=5');
  await ask('GET', '/audit/export');
  await ask('GET', '/audit/verification');
  await ask('GET', '/audit/checkpoints');
  await ask('POST', '/audit/checkpoints', { status: 201 });
  await ask('GET', '/backups');
  await ask('POST', '/backups', { status: 202 });
  const { backups } = await platform.until('/backups', ({ running }) => running === null);
  const { id } = backups[0];
  await ask('GET', `/backups/${id}/file`);
  await ask('POST', `/backups/${id}/verify`);
  await ask('DELETE', `/backups/${id}`, { status: 204 });
  await ask('PUT', '/backups/schedule', { body: { everyHours: null, keep: 3 } });
  await ask('PUT', '/backups/store', { body: {}, status: 400 });
  await ask('POST', '/backups/store/check');
}

async function others(): Promise<void> {
  await ask('GET', '/gateways');
  await ask('POST', '/gateways/invites', { body: { name: 'berlin-1', site: 'berlin' }, status: 201 });
  await ask('DELETE', '/gateways/invites/berlin-1', { status: 204 });
  await ask('POST', '/gateways/pause', { body: { paused: { level: 'global' }, reason: 'holidays' } });
  await ask('POST', '/gateways/resume', { body: { paused: { level: 'global' } } });
  await ask('POST', '/gateways/rollout', { body: { release: '4.2.13' }, status: 409 });
  await ask('POST', '/gateways/retry', { body: {} });
  await ask('DELETE', '/gateways/none', { status: 404 });
  const key = 'A'.repeat(43);
  const registration = { token: 'none', publicKey: key, platform: 'linux/amd64', version: '1.0.0' };
  await ask('POST', '/gateway/registration', { body: registration, status: 403 });
  await ask('GET', '/gateway/self', { status: 401 });
  await ask('POST', '/gateway/report', { body: {}, status: 401 });
  await ask('GET', '/gateway/wait?revision=0&seconds=1', { status: 401 });
  await ask('GET', `/gateway/releases/sha256:${'0'.repeat(64)}`, { status: 401 });
  await ask('GET', `/gateway/executables/${'0'.repeat(64)}`, { status: 401 });
  const told = await ask('GET', '/notifications');
  await ask('PUT', '/notifications/policy', { body: {}, headers: seen(told.policy?.revision ?? 0), status: 400 });
  await ask('PUT', '/notifications/mail-server', { body: {}, headers: seen(0), status: 400 });
  await ask('DELETE', '/notifications/mail-server', { status: 428 });
  await ask('POST', '/notifications/mail-server/test', { body: { to: 'ann@harbor.example' }, status: 409 });
  await ask('POST', '/notifications/subscriptions', { body: {}, status: 400 });
  await ask('PUT', '/notifications/subscriptions/none', { body: {}, headers: seen(0), status: 400 });
  await ask('DELETE', '/notifications/subscriptions/none', { headers: seen(0), status: 404 });
  await ask('POST', '/notifications/subscriptions/none/test', { status: 404 });
  await ask('GET', '/notifications/deliveries');
  await ask('POST', '/notifications/deliveries/none/retry', { status: 404 });
}

async function edits(): Promise<void> {
  const layer = '/profile/layers/cni-calico';
  const { revision } = await ask('GET', layer);
  await ask('GET', `${layer}/history`);
  await ask('POST', `${layer}/check`, { body: { values: 'mtu: 1500\n' } });
  await ask('POST', `${layer}/values`, { body: { values: 'mtu: 1500\n' }, headers: seen(revision), status: 201 });
  await ask('POST', `${layer}/values`, { body: { values }, headers: seen(revision), status: 400 });
}

async function upgrade(): Promise<void> {
  await ask('GET', '/path?to=4.2.13');
  const { id } = await ask('POST', '/upgrades', { body: { to: '4.2.13' }, status: 201 });
  const path = `/upgrades/${id}`;
  const layer = `${path}/layers/cni-calico`;
  await ask('GET', '/upgrades');
  await ask('GET', path);
  await ask('POST', `${path}/preflight`);
  await ask('GET', `${path}/review`);
  await ask('GET', layer);
  await ask('GET', `${layer}/texts`);
  await ask('GET', `${layer}/manifests`, { status: 409 });
  await ask('PATCH', `${layer}/resolutions`, { body: { set: [], open: [] } });
  await ask('PUT', `${layer}/resolutions`, { body: { resolutions: [] }, headers: seen(7), status: 412 });
  await ask('PUT', `${layer}/resolutions`, { body: { resolutions: [] } });
  const hunks = { path: ['mtu'], texts: 'none', of: 2, set: [], open: [] };
  await ask('PATCH', `${layer}/hunks`, { body: hunks, status: 400 });
  await ask('GET', `${path}/hunks`);
  await ask('PUT', `${layer}/text`, { body: { text: 'mtu: 1450\nlog: info\n' } });
  await ask('DELETE', `${layer}/text`);
  await ask('PUT', `${path}/risks/none`, { body: { reason: 'because', objects: ['x'] }, status: 409 });
  await ask('DELETE', `${path}/risks/none`, { status: 404 });
  await ask('PUT', `${path}/on-failure`, { body: { onFailure: 'stop' } });
  await ask('POST', `${path}/rehearsal`, { status: 409 });
  await ask('GET', `${path}/rollback`);
  await ask('POST', `${path}/rollback`, { body: { reason: 'because' }, status: 409 });
  await ask('POST', `${path}/finalise`, { status: 409 });
  await ask('GET', `${path}/tree`);
  await ask('GET', `${path}/journal`);
  await ask('GET', `${path}/evidence`, { status: 409 });
  await ask('DELETE', `${path}/confirm`, { status: 404 });
  for (const intervention of ['pause', 'resume']) await ask('POST', `${path}/${intervention}`, { status: 409 });
  await ask('POST', `${path}/abort`, { body: { reason: 'because' }, status: 409 });
  const { hash } = await ask('POST', `${path}/preflight`);
  await ask('POST', `${path}/confirm`, { body: { hash: '0'.repeat(64) }, status: 409 });
  await ask('POST', `${path}/confirm`, { body: { hash }, status: 202 });
  await ask('PUT', '/backups/schedule', { body: { everyHours: 24, keep: 3 }, status: 423 });
  await platform.until(path, ({ state }) => state === 'succeeded');
  await ask('GET', path);
  await ask('GET', `${path}/tree`);
  await ask('GET', `${path}/journal`);
  await platform.until('/profile', ({ version }) => version === '4.2.13');
  await ask('GET', '/profile/layers/cni-calico/history');
}

it('the server answers every operation of its description as described, and has no other one', async () => {
  for (const part of [access, site, content, records, others, edits, upgrade]) await part();
  expect(faults).toEqual([]);
  expect([...called].toSorted()).toEqual(contract.operations.map((one) => one.name).toSorted());
});

/** What looks, and changes nothing that a second look would change again; and what nobody is signed in for. */
const mayBeRepeated = [
  'POST /backups/store/check',
  'POST /backups/{id}/verify',
  'POST /gateway/registration',
  'POST /gateway/report',
  'POST /password-link',
  'POST /platform/survey',
  'POST /profile/layers/{layerId}/check',
  'POST /registries/validate',
  'POST /registries/{name}/validate',
  'POST /session',
  'POST /setup',
  'POST /site/check',
  'POST /site/places',
  'POST /upgrades/{id}/preflight',
];

it('every other act takes an Idempotency-Key', () => {
  const without = contract.operations.filter(
    ({ method, parameters }) => method === 'post' && !parameters.some(({ name: one }) => one === 'Idempotency-Key'),
  );
  expect(without.map((one) => one.name).toSorted()).toEqual(mayBeRepeated);
});

it('strangers are told as described, too', async () => {
  const nobody = { authorization: '' };
  faults.length = 0;
  for (const { method, path } of contract.operations) {
    const plain = path.slice('/api/v1'.length).replaceAll(/\{\w+\}/g, 'none');
    const answer = await fetch(`${platform.console.url}${path.replaceAll(/\{\w+\}/g, 'none')}`, {
      method: method.toUpperCase(),
      redirect: 'manual',
      headers: nobody,
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') === true;
    const body: unknown = isJson ? JSON.parse(text) : text;
    const headers = Object.fromEntries(answer.headers);
    faults.push(
      ...contract.faultsOf({ method: method.toUpperCase(), path: plain, status: answer.status, headers, body }),
    );
  }
  expect(faults).toEqual([]);
});

it('the description that is kept is the one that is given out', async () => {
  const kept = readFileSync(new URL('../../../../docs/reference/openapi.json', import.meta.url), 'utf8');
  expect(await ask('GET', '/openapi.json')).toEqual(JSON.parse(kept));
});
