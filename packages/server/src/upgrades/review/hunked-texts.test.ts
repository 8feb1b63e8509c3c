import { type HunkedText, hunkedTextListSchema, reviewSchema } from '@sealift/core/api';
import { pathKey } from '@sealift/core/merge';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildApp } from '../../app/build-app.ts';
import { storeConfirmedUpgrade } from '../../testing/confirmed-upgrade.ts';
import { memoryConsole } from '../../testing/memory-console.ts';
import { sharedStore } from '../../testing/shared-store.ts';
import { setUp, signedInAs } from '../../testing/signed-in.ts';
import type { TestClient } from '../../testing/test-client.ts';

const id = '6d8f5a0e-0000-4000-8000-000000000022';
const calico = 'cni-calico';
const store = sharedStore();
let app: FastifyInstance;
let client: TestClient;

/** A file whose first, middle and last line site and release changed, and a secret as long. */
const values = (of: string, log = 'info') =>
  `log: ${log}\nfile: |\n  first ${of}\n  a\n  middle ${of}\n  b\n  last ${of}\npassword: |\n  hunter ${of}\n  c\n  hunter ${of} end\nreplicas: ${of.length}\n`;
const file = ['file'];

beforeEach(async () => {
  app = await buildApp({ parts: memoryConsole(store()) });
  client = await setUp(store(), app);
  await storeConfirmedUpgrade(store().db, id, 'draft');
  await writeTexts({ base: values('1'), current: values('site'), incoming: values('release') });
});
afterEach(() => app.close());

function writeTexts(texts: { base?: string; current?: string; incoming?: string }) {
  return store().db.updateTable('upgrade_layer').set(texts).where('upgrade_id', '=', id).execute();
}

async function textsOf(path: string[], by = client): Promise<string | undefined> {
  const { layers } = reviewSchema.parse((await by.call('GET', `/upgrades/${id}/review`)).body);
  const { decisions = [] } = layers.find((one) => one.id === calico) ?? {};
  return decisions.find((one) => pathKey(one.path) === pathKey(path))?.texts;
}

async function settled(): Promise<HunkedText[]> {
  return hunkedTextListSchema.parse((await client.call('GET', `/upgrades/${id}/hunks`)).body).texts;
}

async function settle(change: object, tag?: string, by = client) {
  const body = { path: file, texts: await textsOf(file), of: 3, ...change };
  const headers = tag === undefined ? {} : { 'if-match': tag };
  return await by.call('PATCH', `/upgrades/${id}/layers/${calico}/hunks`, body, headers);
}

const incoming = (hunk: number) => ({ hunk, choice: 'incoming' });

describe('hunks of a long text that is still open', { timeout: 30_000 }, () => {
  it('are kept with the draft, each by whom it was settled, and leave the conflict open', async () => {
    const { client: ben } = await signedInAs(app, client, 'ben', 'operations');
    expect(await settle({ set: [incoming(0)] }, '"0"')).toMatchObject({ status: 200, headers: { etag: '"1"' } });
    expect(await settle({ set: [{ hunk: 2, choice: { own: '  last of ours\n' } }] }, '"1"', ben)).toMatchObject({
      body: { revision: 2 },
    });
    expect(await settled()).toMatchObject([
      {
        layer: calico,
        path: file,
        of: 3,
        revision: 2,
        hunks: [
          { ...incoming(0), by: 'admin' },
          { hunk: 2, choice: { own: '  last of ours\n' }, by: 'ben' },
        ],
      },
    ]);
    expect(await settle({ open: [0, 2] }, '"2"')).toMatchObject({ body: { revision: 3, hunks: [] } });
    const { layers } = reviewSchema.parse((await client.call('GET', `/upgrades/${id}/review`)).body);
    // Nothing of the layer was edited, and what stands open stays so.
    expect(layers.find((one) => one.id === calico)).toMatchObject({ revision: 0, openConflicts: 3, resolutions: [] });
    const log = await client.call('GET', '/audit?action=upgrade.settle-hunks');
    expect(log.text).toContain('own lines');
    expect(log.text).not.toContain('last of ours');
  });

  it('are not settled over what somebody else settled meanwhile, which is left as it is', async () => {
    const results = await Promise.all([settle({ set: [incoming(0)] }, '"0"'), settle({ set: [incoming(1)] }, '"0"')]);
    expect(results.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
    expect(results.find(({ status }) => status === 412)?.body).toMatchObject({ code: 'RECORD_CHANGED' });
    expect((await settled())[0]).toMatchObject({ revision: 1, hunks: [{ choice: 'incoming' }] });
  });

  it('begin anew in another text, and are refused for one that is not there any more', async () => {
    await settle({ set: [incoming(0), incoming(1)] }, '"0"');
    const before = await textsOf(file);
    await writeTexts({ current: values('site', 'debug') });
    expect(await textsOf(file)).toBe(before);
    await writeTexts({ current: values('place', 'debug') });
    expect(await textsOf(file)).not.toBe(before);
    expect(await settle({ set: [incoming(2)], texts: before }, '"1"')).toMatchObject({
      status: 412,
      body: { code: 'RECORD_CHANGED' },
    });
    expect(await settle({ set: [incoming(2)] }, '"1"')).toMatchObject({
      body: { revision: 2, hunks: [{ hunk: 2 }] },
    });
  });

  it('are none of a secret, nor of what no conflict is about', async () => {
    expect(await textsOf(['password'])).toBeUndefined();
    expect(await textsOf(['replicas'])).toBeUndefined();
    for (const path of [['password'], ['replicas'], ['log'], ['nowhere']]) {
      expect(await settle({ path, texts: 'x', set: [incoming(0)] })).toMatchObject({
        status: 400,
        body: { code: 'INPUT_INVALID', place: 'body.path' },
      });
    }
    expect(await settled()).toEqual([]);
  });

  it('are bounded: not more than there are, and not longer than an answer', async () => {
    const own = 'x'.repeat(1_500_000);
    for (const set of [
      [0, 1, 2, 3].map(incoming),
      [
        { hunk: 0, choice: { own } },
        { hunk: 1, choice: { own } },
      ],
    ]) {
      expect(await settle({ set })).toMatchObject({ status: 400, body: { place: 'body.set' } });
    }
    expect(await settled()).toEqual([]);
  });

  it('are for those who may see values, and settled in drafts alone', async () => {
    const { client: vera } = await signedInAs(app, client, 'vera', 'viewer');
    expect(await textsOf(file, vera)).toBeUndefined();
    expect((await vera.call('GET', `/upgrades/${id}/hunks`)).status).toBe(403);
    await store().db.updateTable('upgrade').set({ state: 'running' }).where('id', '=', id).execute();
    expect(await settle({ set: [incoming(0)] })).toMatchObject({ body: { code: 'UPGRADE_NOT_DRAFT' } });
  });
});
