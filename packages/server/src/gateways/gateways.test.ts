import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { formatPublicKey, generateKeyPair } from '@sealift/bundle/minisign';
import { makeReleaseFiles } from '@sealift/bundle/release-marker';
import type { GatewayOrders } from '@sealift/core/api';
import { gatewayTool, signatureBase, signedHeaders } from '@sealift/core/gateway';
import { type Release, releaseSchema } from '@sealift/core/release';
import { digestOf } from '@sealift/oci/digest';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newSetupToken } from '../accounts/setup.ts';
import { buildApp } from '../app/build-app.ts';
import { changeAlone } from '../store/change.ts';
import type { Store } from '../store/store.ts';
import { memoryConsole } from '../testing/memory-console.ts';
import { emptyStore, openMemoryStore } from '../testing/memory-store.ts';
import { listGateways } from './list.ts';
import { TestClient } from '../testing/test-client.ts';

let store: Store;
let app: FastifyInstance;
let client: TestClient;
const vendor = generateKeyPair();
const sha256 = 'a'.repeat(64);

beforeAll(async () => {
  store = await openMemoryStore();
}, 60_000);
afterAll(() => store?.close());

beforeEach(async () => {
  await emptyStore(store);
  app = await buildApp({ parts: memoryConsole(store) });
  client = new TestClient(app);
  const token = await newSetupToken(store.db);
  await client.call('POST', '/setup', { token, username: 'admin', password: 'four random words here' });
  await client.call('POST', '/trusted-keys', { publicKey: formatPublicKey(vendor.publicKey) });
  return () => app.close();
});

/** Puts a release into the catalogue as a sync does, and asks gateways to go to what it brings. */
async function rollOut(version: string, alter: (release: Release) => Release = (release) => release): Promise<void> {
  const digest = `sha256:${'b'.repeat(64)}`;
  const layer = { layer: 'os', version: '22.04', digest } as const;
  const release = alter(
    releaseSchema.parse({
      apiVersion: 'sealift.dev/v1',
      kind: 'Release',
      metadata: { product: 'Harbor View', version },
      spec: {
        kubernetes: { version: '1.27.4', supported: '>=1.26 <1.28' },
        gateway: { version, minimum: '1.0.0' },
        layers: [{ ...layer, pack: 'ubuntu' }],
        packs: [{ ...layer, name: 'ubuntu', sizeBytes: 1 }],
        images: [],
        tools: [{ name: gatewayTool, platform: 'linux/amd64', sha256, digest, sizeBytes: 1000 }],
      },
    }),
  );
  const { json, signature } = makeReleaseFiles(release, vendor);
  const part = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: part('application/vnd.sealift.release.v1', Buffer.from('{}')),
    layers: [
      part('application/vnd.sealift.release.v1+json', json),
      part('application/vnd.sealift.minisign.v1', signature),
    ],
  });
  await store.db
    .insertInto('catalogue_release')
    .values({
      product: 'Harbor View',
      version,
      digest: digestOf(Buffer.from(manifest)),
      manifest,
      release: json.toString(),
      signature: signature.toString(),
      key_id: vendor.publicKey.keyId,
      synced_at: new Date(),
    })
    .execute();
  expect((await client.call('POST', '/gateways/rollout', { release: version })).status).toBe(200);
}

/** A gateway by its key, as an agent signs. */
class Agent {
  readonly id: string;
  readonly key: KeyObject;
  sequence = 0;

  constructor(id: string, key: KeyObject) {
    this.id = id;
    this.key = key;
  }

  static async register(name: string, site = 'main'): Promise<Agent> {
    const { body } = await client.call('POST', '/gateways/invites', { name, site });
    const { privateKey } = generateKeyPairSync('ed25519');
    const publicKey = privateKey.export({ format: 'jwk' }).x;
    const given = { token: body['token'], publicKey, platform: 'linux/amd64', version: '1.0.0' };
    const answer = await new TestClient(app).call('POST', '/gateway/registration', given);
    if (answer.status !== 201) throw new Error(answer.text);
    return new Agent(String(answer.body['id']), privateKey);
  }

  /** @param signed what is signed in the place of what is sent */
  async send(method: 'GET' | 'POST', path: string, body?: object, signed: { sequence?: number; body?: object } = {}) {
    this.sequence += 1;
    const [route = '', query = ''] = `/api/v1${path}`.split('?');
    const bodySigned = signed.body ?? body;
    const text = bodySigned === undefined ? '' : JSON.stringify(bodySigned);
    const request = {
      method,
      path: route,
      query: `?${query}`,
      contentDigest: `sha-256=:${createHash('sha256').update(text).digest('base64')}:`,
      sequence: signed.sequence ?? this.sequence,
      gatewayId: this.id,
    };
    const signature = sign(null, Buffer.from(signatureBase(request)), this.key).toString('base64');
    return await new TestClient(app).call(method, path, body, signedHeaders(request, signature));
  }

  async report(more: object = {}): Promise<GatewayOrders> {
    const { status, body, text } = await this.send('POST', '/gateway/report', report(more));
    if (status !== 200) throw new Error(text);
    return body as unknown as GatewayOrders;
  }
}

function report(more: object = {}) {
  const nothing = { executable: null, proof: null, swap: null, failure: null, trouble: null };
  return { version: '1.0.0', platform: 'linux/amd64', ...nothing, ...more };
}
// oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
const listed = async () => (await client.call('GET', '/gateways')).body as any;
const failure = { version: '2.0.0', sha256, attempt: 1, at: '2026-11-29T12:00:00.000Z', reason: 'it ended' };

describe('the requests of a gateway', () => {
  it('are its own: signed, each once, with the body that it signed, on the path that it signed', async () => {
    const agent = await Agent.register('a');
    expect((await agent.send('GET', '/gateway/self')).body).toMatchObject({ name: 'a', site: 'main' });
    expect(await agent.report()).toMatchObject({ update: null, pollSeconds: 900 });
    const replayed = await agent.send('POST', '/gateway/report', report(), { sequence: agent.sequence });
    expect([replayed.status, replayed.body]).toMatchObject([409, { code: 'GATEWAY_REPLAYED' }]);
    const other = await agent.send('POST', '/gateway/report', report(), { body: report({ version: '9.0.0' }) });
    expect([other.status, other.body]).toMatchObject([400, { code: 'GATEWAY_BODY_OTHER' }]);
    const stranger = new Agent(agent.id, generateKeyPairSync('ed25519').privateKey);
    expect((await stranger.send('GET', '/gateway/self')).body).toMatchObject({ code: 'GATEWAY_UNKNOWN' });
    expect((await client.call('GET', '/gateway/self')).body).toMatchObject({ code: 'GATEWAY_UNKNOWN' });
    expect((await listed()).gateways).toMatchObject([{ name: 'a', version: '1.0.0', state: 'current' }]);
  });

  it('are of one that is behind also where the release brings nothing for its platform', async () => {
    const agent = await Agent.register('a');
    await agent.report({ platform: 'linux/arm64' });
    await rollOut('2.0.0');
    expect((await listed()).gateways).toMatchObject([{ version: '1.0.0', wanted: null, state: 'unserved' }]);
    await agent.report({ platform: 'linux/arm64', version: '2.0.0' });
    expect((await listed()).gateways).toMatchObject([{ version: '2.0.0', wanted: null, state: 'current' }]);
  });

  it('are listed page by page, by name, with what is of all of them on each', async () => {
    for (const name of ['b', 'a', 'c']) await Agent.register(name);
    const first = await listGateways(store.db, { length: 2 });
    expect([first.gateways.map(({ name }) => name), first.next]).toEqual([['a', 'b'], 'b']);
    const { body } = await client.call('GET', '/gateways?after=b');
    expect(body).toMatchObject({ gateways: [{ name: 'c' }], next: null, invites: [], pauses: [] });
  });

  it('open nothing else: a gateway is no account', async () => {
    const agent = await Agent.register('a');
    for (const path of ['/gateways', '/summary', '/trusted-keys']) {
      expect((await agent.send('GET', path)).body).toMatchObject({ code: 'NOT_SIGNED_IN' });
    }
  });

  it('are taken while an upgrade locks the console', async () => {
    const agent = await Agent.register('a');
    await changeAlone(store.db, (trx) => trx.updateTable('console_lock').set({ upgrade_id: 'u1' }).execute());
    expect(await agent.report()).toMatchObject({ update: null });
    const pause = await client.call('POST', '/gateways/pause', { paused: { level: 'global' } });
    expect(pause.status).toBe(200);
  });

  it('of one that was registered again, or removed, are refused', async () => {
    const first = await Agent.register('a');
    const second = await Agent.register('a');
    expect((await first.send('GET', '/gateway/self')).body).toMatchObject({ code: 'GATEWAY_UNKNOWN' });
    await client.call('DELETE', '/gateways/a');
    expect((await second.send('GET', '/gateway/self')).body).toMatchObject({ code: 'GATEWAY_UNKNOWN' });
  });

  it('are no longer waited for once it is removed, though every level holds it and it never answers', async () => {
    await Agent.register('a', 'main');
    for (const paused of [{ level: 'global' }, { level: 'site', name: 'main' }, { level: 'gateway', name: 'a' }])
      await client.call('POST', '/gateways/pause', { paused });
    expect((await client.call('DELETE', '/gateways/a')).status).toBe(204);
    expect((await listed()).gateways).toEqual([]);
    // Of the same name it begins anew, without the hold of the one before.
    await Agent.register('a', 'main');
    const [again] = (await listed()).gateways;
    expect(again.holds.map(({ paused }: { paused: { level: string } }) => paused.level).toSorted()).toEqual([
      'global',
      'site',
    ]);
  });
});

describe('a token', () => {
  it('is good for one registration, of all that try at once, and for none once it was withdrawn', async () => {
    const { body } = await client.call('POST', '/gateways/invites', { name: 'a' });
    const given = { token: body['token'], publicKey: 'A'.repeat(43), platform: 'linux/amd64', version: '1.0.0' };
    const all = await Promise.all([1, 2, 3].map(() => client.call('POST', '/gateway/registration', given)));
    expect(all.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 403, 403]);
    const { body: again } = await client.call('POST', '/gateways/invites', { name: 'b' });
    expect((await client.call('DELETE', '/gateways/invites/b')).status).toBe(204);
    const late = await client.call('POST', '/gateway/registration', { ...given, token: again['token'] });
    expect(late.body).toMatchObject({ code: 'GATEWAY_TOKEN_REFUSED' });
  });

  it('is nowhere in the store', async () => {
    const { body } = await client.call('POST', '/gateways/invites', { name: 'a' });
    const rows = await store.db.selectFrom('gateway_invite').selectAll().execute();
    const { text: entries } = await client.call('GET', '/audit');
    expect(JSON.stringify([rows, entries])).not.toContain(String(body['token']).slice(20));
  });
});

describe('a rollout', () => {
  it('lets one go first, counts it when it is no longer on trial, and then the others', async () => {
    const [a, b] = [await Agent.register('a'), await Agent.register('b')];
    await rollOut('2.0.0');
    expect((await a.report()).update).toMatchObject({ version: '2.0.0', sha256, attempt: 1 });
    expect((await b.report()).update).toBeNull();
    expect((await a.report()).update).toMatchObject({ version: '2.0.0' });
    await a.report({ version: '2.0.0', proof: 'f'.repeat(32) });
    expect((await listed()).gateways).toMatchObject([{ version: '1.0.0', state: 'updating' }, { state: 'behind' }]);
    expect((await b.report()).update).toBeNull();
    const { revision } = await b.report();
    await a.report({ version: '2.0.0' });
    const after = await b.report();
    expect([after.update, after.revision > revision]).toMatchObject([{ version: '2.0.0' }, true]);
  });

  it('halts at the first that went back, until a person has it tried again', async () => {
    const [a, b] = [await Agent.register('a'), await Agent.register('b')];
    await rollOut('2.0.0');
    await a.report();
    expect((await a.report({ failure })).update).toBeNull();
    expect((await b.report()).update).toBeNull();
    expect((await listed()).rollout).toMatchObject({ failed: ['a'], proven: 0 });
    // A gateway says it again with each report; that the ring halted is told once.
    await a.report({ failure });
    const told = await store.db.selectFrom('notification').select('document').execute();
    expect(told.map(({ document }) => JSON.parse(document))).toMatchObject([
      { kind: 'gateways.halted', subject: 'a', facts: { version: '2.0.0', reason: 'it ended' } },
    ]);
    expect((await client.call('POST', '/gateways/retry', {})).status).toBe(200);
    expect((await b.report()).update).toMatchObject({ attempt: 2 });
    expect((await a.report({ failure })).update).toBeNull();
  });

  it('of a version that no gateway can run touches a hundredth of them', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const { x: publicKey = '' } = privateKey.export({ format: 'jwk' });
    const agents = Array.from({ length: 200 }, () => new Agent(randomUUID(), privateKey));
    const common = {
      site: 'main',
      public_key: publicKey,
      platform: 'linux/amd64',
      registered_at: new Date(),
      sequence: 0,
    };
    const rows = agents.map(({ id }, index) => ({ ...common, id, name: `g${index}`, version: '1.0.0' }));
    await store.db.insertInto('gateway').values(rows).execute();
    await rollOut('2.0.0');
    let touched = 0;
    for (const agent of agents.slice(0, 30)) if ((await agent.report()).update !== null) touched += 1;
    expect(touched).toBe(2);
  });

  it('offers nothing of a release whose key was revoked', async () => {
    const agent = await Agent.register('a');
    await rollOut('2.0.0');
    await client.call('DELETE', `/trusted-keys/${vendor.publicKey.keyId}`);
    expect((await agent.report()).update).toBeNull();
    expect((await listed()).rollout).toBeNull();
  });

  it('wakes a gateway that waits, and one that missed it at once', async () => {
    const agent = await Agent.register('a');
    const { revision } = await agent.report();
    const waiting = agent.send('GET', `/gateway/wait?revision=${revision}&seconds=55`);
    await rollOut('2.0.0');
    expect((await waiting).body).toMatchObject({ told: true });
    expect((await agent.send('GET', `/gateway/wait?revision=${revision}&seconds=55`)).body).toMatchObject({
      told: true,
    });
  });
});
