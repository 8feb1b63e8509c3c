import { auditPageSchema } from '@sealift/core/api';
import type { BundleEvidence } from '@sealift/core/evidence';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSetupToken } from '../accounts/setup.ts';
import { describeApi } from './describe-api.ts';
import type { Store } from '../store/store.ts';
import { memoryConsole } from '../testing/memory-console.ts';
import { openMemoryStore } from '../testing/memory-store.ts';
import { TestClient } from '../testing/test-client.ts';
import { buildApp } from './build-app.ts';

let store: Store;
let app: FastifyInstance;
let client: TestClient;

beforeAll(async () => {
  store = await openMemoryStore();
  app = await buildApp({ parts: memoryConsole(store) });
  client = new TestClient(app);
  const token = await newSetupToken(store.db);
  await client.call('POST', '/setup', { token, username: 'admin', password: 'four random words here' });
}, 60_000);
afterAll(async () => {
  await app.close();
  await store.close();
});

const upload = { product: 'p', version: '1', bundleSha256: 'a'.repeat(64), keyId: 'k', pushed: 0, skipped: 0 };
const evidence: BundleEvidence = {
  kind: 'sealift-bundle-check',
  formatVersion: 1,
  verified: true,
  bundle: {
    path: '/media/airgap-v1.bin',
    kind: 'release',
    product: 'p',
    version: '1',
    sizeBytes: 70_000,
    members: 3,
    parts: 1,
    sha256: upload.bundleSha256,
    manifestSha256: 'b'.repeat(64),
  },
  signedBy: { keyId: 'k', fingerprint: 'SHA256:f', trustedComment: 'release p 1' },
  contents: [{ name: 'sealift-catalog:release-p-1', kind: 'release', digest: `sha256:${'c'.repeat(64)}` }],
  contentsTotal: 1,
  at: '2026-11-23T10:00:00.000Z',
  durationMs: 12,
  by: { sealift: '0.1.0', host: 'bastion', user: 'operator' },
};

it('a summary says that nodes are not known where there is no cluster to ask, and not that there are none', async () => {
  expect((await client.call('GET', '/summary')).body).toMatchObject({ nodes: [], nodesKnown: false });
});

describe('bad input to each route is an error with place and remedy', { timeout: 30_000 }, () => {
  it.each([
    ['POST', '/setup', {}, 'INPUT_INVALID', 'body.token'],
    ['POST', '/session', { username: 'a' }, 'INPUT_INVALID', 'body.password'],
    ['POST', '/tokens', { name: '' }, 'INPUT_INVALID', 'body.name'],
    ['DELETE', `/tokens/${'x'.repeat(65)}`, undefined, 'INPUT_INVALID', 'params.id'],
    ['GET', '/audit?after=-1', undefined, 'INPUT_INVALID', 'querystring.after'],
    ['GET', '/audit?after=x', undefined, 'INPUT_INVALID', 'querystring.after'],
    ['POST', '/platform/adopt', { version: '../x' }, 'INPUT_INVALID', 'body.version'],
    [
      'POST',
      '/platform/adopt',
      { version: '1', values: [{ layer: 'net', pack: 'x', values: '' }] },
      'INPUT_INVALID',
      'body.values.0.layer',
    ],
    ['POST', '/platform/adopt', { proposal: 'none' }, 'INPUT_INVALID', 'body.proposal'],
    ['POST', '/platform/survey', { defaults: [{ layer: 'net', pack: 'x' }] }, 'INPUT_INVALID', 'body.defaults.0.layer'],
    ['GET', '/profile', undefined, 'NOT_ADOPTED', undefined],
    ['GET', '/profile/export', undefined, 'NOT_ADOPTED', undefined],
    ['GET', '/registries/none', undefined, 'NOT_FOUND', undefined],
    ['POST', '/registries/none/sync', undefined, 'NOT_FOUND', undefined],
    ['POST', '/trusted-keys', {}, 'INPUT_INVALID', 'body.publicKey'],
    ['POST', '/trusted-keys', { publicKey: 'hello' }, 'KEY_FILE_INVALID', undefined],
    ['POST', '/uploads', { ...upload, pushed: 'many' }, 'INPUT_INVALID', 'body.pushed'],
    ['POST', '/uploads', { ...upload, evidence: { kind: 'x' } }, 'INPUT_INVALID', 'body.evidence.kind'],
    ['POST', '/uploads', { ...upload, evidence: { ...evidence, at: 'now' } }, 'INPUT_INVALID', 'body.evidence.at'],
    ['POST', '/uploads', { ...upload, version: '2', evidence }, 'INPUT_INVALID', 'body.evidence'],
    ['POST', '/upgrades', {}, 'INPUT_INVALID', 'body.to'],
    ['GET', '/upgrades/none', undefined, 'NOT_FOUND', undefined],
    ['POST', '/upgrades/none/confirm', { hash: 'A'.repeat(64) }, 'INPUT_INVALID', 'body.hash'],
    ['POST', '/upgrades/none/confirm', { hash: 'a'.repeat(64) }, 'NOT_FOUND', undefined],
    ['POST', '/upgrades/none/pause', undefined, 'NOT_FOUND', undefined],
    ['POST', '/upgrades/none/resume', undefined, 'NOT_FOUND', undefined],
    ['POST', '/upgrades/none/abort', { reason: '' }, 'INPUT_INVALID', 'body.reason'],
    ['POST', '/upgrades/none/abort', { reason: 'why' }, 'NOT_FOUND', undefined],
    ['GET', '/upgrades/none/layers/x', undefined, 'NOT_FOUND', undefined],
    [
      'PUT',
      '/upgrades/none/layers/x/resolutions',
      { resolutions: [{ path: ['a'], take: 'mine' }] },
      'INPUT_INVALID',
      'body.resolutions.0',
    ],
    ['PUT', '/upgrades/none/layers/x/text', { text: 1 }, 'INPUT_INVALID', 'body.text'],
    ['PUT', '/upgrades/none/layers/x/text', { text: '' }, 'NOT_FOUND', undefined],
    ['DELETE', '/upgrades/none/layers/x/text', undefined, 'NOT_FOUND', undefined],
  ] as const)('%s %s %j: %s', async (method, path, body, code, place) => {
    const answer = await client.call(method, path, body);
    expect(answer.body).toMatchObject({ code, ...(place === undefined ? {} : { place }) });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body['hint']).toMatch(/\w/);
    expect(answer.body['detail']).not.toMatch(/[{}]|undefined/);
  });
});

describe('what a bundle run reports', () => {
  it('goes to the audit log', async () => {
    expect((await client.call('POST', '/uploads', upload)).status).toBe(201);
    const last = await store.db.selectFrom('audit_entry').selectAll().orderBy('sequence', 'desc').executeTakeFirst();
    expect(last).toMatchObject({ action: 'bundle.upload', subject: 'p 1', actor: 'admin' });
  });

  it('goes there with the evidence of the check, every member of it', async () => {
    expect((await client.call('POST', '/uploads', { ...upload, evidence })).status).toBe(201);
    const page = await client.call('GET', '/audit');
    const { entries } = auditPageSchema.parse(page.body);
    expect(entries.at(-1)).toMatchObject({ action: 'bundle.upload', details: { ...upload, evidence } });
    expect((await client.call('GET', '/audit/verification')).body).toMatchObject({ valid: true });
  });
});

/** Asked of gateways alone, by a signature in the place of a sign-in. */
const signedByGateways = [
  'get /api/v1/gateway/self',
  'post /api/v1/gateway/report',
  'get /api/v1/gateway/wait',
  'get /api/v1/gateway/releases/{digest}',
  'get /api/v1/gateway/executables/{sha256}',
];

describe('what the API asks of its callers', () => {
  it('is a sign-in, but for setting up and signing in', async () => {
    const asked: Record<string, unknown> = {};
    const { paths } = (await describeApi()) as { paths: Record<string, Record<string, { security?: unknown[] }>> };
    for (const [path, item] of Object.entries(paths)) {
      for (const [method, { security }] of Object.entries(item)) asked[`${method} ${path}`] = security;
    }
    const open = Object.keys(asked).filter((route) => asked[route] !== undefined);
    expect(open).toEqual([
      'get /api/v1/setup',
      'post /api/v1/setup',
      'post /api/v1/session',
      'post /api/v1/password-link',
      'get /api/v1/entry',
      'get /api/v1/single-sign-on/start',
      'get /api/v1/single-sign-on/callback',
      'post /api/v1/gateway/registration',
      ...signedByGateways,
    ]);
    for (const path of Object.keys(paths)) {
      const url = path.replace(/\{\w+\}/g, 'x');
      for (const method of Object.keys(paths[path] ?? {})) {
        const answer = await app.inject({ method: method.toUpperCase() as 'GET', url });
        expect([`${method} ${path}`, answer.statusCode === 401]).toEqual([
          `${method} ${path}`,
          !open.includes(`${method} ${path}`) || signedByGateways.includes(`${method} ${path}`),
        ]);
      }
    }
  });
});

describe('describeApi', () => {
  it('describes every route, without a database', async () => {
    const description = (await describeApi()) as { openapi: string; paths: Record<string, Record<string, object>> };
    expect(description.openapi).toBe('3.1.0');
    const described = Object.entries(description.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.length).toBeGreaterThan(30);
    expect(described).toContain('PUT /api/v1/upgrades/{id}/layers/{layerId}/resolutions');
    for (const item of Object.values(description.paths)) {
      for (const operation of Object.values(item)) {
        expect(operation).toMatchObject({ summary: expect.any(String), responses: { '5XX': expect.anything() } });
      }
    }
  });
});
