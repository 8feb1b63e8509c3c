import { layerTextsSchema, reviewedLayerSchema, reviewSchema, type ShownText } from '@sealift/core/api';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newSetupToken } from '../../accounts/setup.ts';
import { buildApp } from '../../app/build-app.ts';
import { storeConfirmedUpgrade } from '../../testing/confirmed-upgrade.ts';
import { memoryConsole } from '../../testing/memory-console.ts';
import { sharedStore } from '../../testing/shared-store.ts';
import { signedInAs } from '../../testing/signed-in.ts';
import { TestClient } from '../../testing/test-client.ts';

const id = '6d8f5a0e-0000-4000-8000-000000000021';
const store = sharedStore();
let app: FastifyInstance;
let client: TestClient;

const values = (replicas: number, pin: string, level: string) =>
  `app:\n  replicas: ${replicas}\n  password: ${pin}\n  level: ${level}\n`;
const calico = 'cni-calico';

beforeEach(async () => {
  const { db } = store();
  app = await buildApp({ parts: memoryConsole(store()) });
  client = new TestClient(app);
  await client.call('POST', '/setup', {
    token: await newSetupToken(db),
    username: 'ann',
    password: 'four random words here',
  });
  await storeConfirmedUpgrade(db, id, 'draft');
  const texts = {
    base: values(1, 'hunter0', 'info'),
    current: values(2, 'hunter1', 'debug'),
    incoming: values(3, 'hunter2', 'info'),
  };
  await db.updateTable('upgrade_layer').set(texts).where('upgrade_id', '=', id).execute();
  const [row] = await db.selectFrom('upgrade_layer').selectAll().where('upgrade_id', '=', id).execute();
  if (row === undefined) throw new Error('no layer');
  const second = { ...row, position: 7, layer: 'addon', pack: 'app', layer_id: 'addon-app' };
  await db
    .insertInto('upgrade_layer')
    .values({ ...second, current: texts.current.replace('hunter1', 'hunter9') })
    .execute();
});
afterEach(() => app.close());

const layerPath = (layer: string) => `/upgrades/${id}/layers/${layer}`;

async function review() {
  const answer = await client.call('GET', `/upgrades/${id}/review`);
  expect(answer.text).not.toContain('hunter');
  return reviewSchema.parse(answer.body).layers;
}

async function reviewed(layer: string) {
  const found = (await review()).find((one) => one.id === layer);
  if (found === undefined) throw new Error(`no layer ${layer}`);
  return found;
}

const answer = (layer: string, body: object, tag?: string) =>
  client.call('PATCH', `${layerPath(layer)}/resolutions`, body, tag === undefined ? {} : { 'if-match': tag });

const replicas = ['app', 'replicas'];
const password = ['app', 'password'];

describe('the change review', { timeout: 30_000 }, () => {
  it('lists every decision of every layer without its texts, secrets hidden', async () => {
    const layer = await reviewed(calico);
    expect(layer.decisions).toMatchObject([
      { path: replicas, kind: 'conflict', current: { text: '2', line: 2 }, incoming: { text: '3', line: 2 } },
      { path: password, kind: 'conflict', masked: true, current: { text: '***' } },
      { path: ['app', 'level'], kind: 'kept-custom', base: { text: 'info' }, current: { text: 'debug' } },
    ]);
    expect(layer).toMatchObject({ revision: 0, omitted: 0, openConflicts: 2, answered: [], pasted: null });
  });

  it('tells conflicts with the same true values from those that only look the same', async () => {
    const [first, second] = [await reviewed(calico), await reviewed('addon-app')];
    const likeness = (layer: typeof first, path: readonly string[]) =>
      layer.decisions.find((one) => JSON.stringify(one.path) === JSON.stringify(path))?.alike;
    expect(likeness(first, replicas)).toBeDefined();
    expect(likeness(first, replicas)).toBe(likeness(second, replicas));
    expect(likeness(first, password)).not.toBe(likeness(second, password));
    expect(likeness(first, ['app', 'level'])).toBeUndefined();
  });

  it('says how many decisions it leaves out, and leaves out no conflict', async () => {
    const many = (value: string) => Array.from({ length: 2100 }, (_, index) => `k${index}: ${value}\n`).join('');
    const change = { base: `${many('a')}z: 1\n`, current: `${many('a')}z: 2\n`, incoming: `${many('b')}z: 3\n` };
    await store().db.updateTable('upgrade_layer').set(change).where('layer_id', '=', calico).execute();
    const layer = await reviewed(calico);
    expect(layer).toMatchObject({ omitted: 100 });
    expect(layer.decisions).toHaveLength(2001);
    expect(layer.decisions.at(-1)).toMatchObject({ path: ['z'], kind: 'conflict' });
  });

  it('gives the texts of a layer whole, and says where secrets stand in them', async () => {
    await answer(calico, { set: [{ path: password, value: 'hunter7' }] });
    const texts = layerTextsSchema.parse((await client.call('GET', `${layerPath(calico)}/texts`)).body);
    const secretsIn = ({ text, secrets }: ShownText) => secrets.map(([start, end]) => text.slice(start, end));
    expect(Object.values(texts).map(secretsIn)).toEqual([['hunter0'], ['hunter1'], ['hunter2'], ['hunter7']]);
  });

  it('is there to be read for a Viewer, who sees neither secrets nor values that persons gave', async () => {
    const pem = 'password: |\n    hunter4\n    hunter5\n';
    const current = values(2, 'hunter1', 'debug').replace('password: hunter1\n', pem);
    await store().db.updateTable('upgrade_layer').set({ current }).where('layer_id', '=', calico).execute();
    await answer(calico, {
      set: [
        { path: password, value: 'hunter7' },
        { path: replicas, value: '1717' },
      ],
    });
    const { client: viewer } = await signedInAs(app, client, 'vera', 'viewer');
    const seen = await viewer.call('GET', `/upgrades/${id}/review`);
    expect(seen.text).not.toMatch(/hunter|1717/);
    const layer = reviewSchema.parse(seen.body).layers.find((one) => one.id === calico);
    expect(layer).toMatchObject({
      revision: 1,
      offered: [],
      resolutions: [
        { path: password, value: '***' },
        { path: replicas, value: '***' },
      ],
    });
    expect(layer?.decisions.some(({ current: side }) => side?.span !== undefined)).toBe(false);
    const answered = await viewer.call('GET', `${layerPath(calico)}/texts`);
    expect(answered.text).not.toContain('hunter');
    const texts = layerTextsSchema.parse(answered.body);
    expect(texts.current.secrets).toEqual([]);
    // On the lines where they stand for everybody.
    expect(texts.current.text.split('\n').indexOf('  level: debug')).toBe(
      current.split('\n').indexOf('  level: debug'),
    );
    expect((await viewer.call('GET', layerPath(calico))).status).toBe(403);
    expect((await viewer.call('PATCH', `${layerPath(calico)}/resolutions`, { open: [password] })).status).toBe(403);
  });

  it('cuts a long value short', async () => {
    const change = { incoming: `${values(3, 'hunter2', 'info')}note: ${'x'.repeat(5000)}\n` };
    await store().db.updateTable('upgrade_layer').set(change).where('layer_id', '=', calico).execute();
    const note = (await reviewed(calico)).decisions.find(({ path }) => path[0] === 'note');
    expect(note?.incoming).toMatchObject({ cut: true, text: expect.stringMatching(/x{300}/) });
    expect(note?.incoming?.text.length).toBeLessThanOrEqual(400);
  });
});

describe('one decision', { timeout: 30_000 }, () => {
  it('is saved by itself, says who gave it, and leaves the others as they are', async () => {
    const first = await answer(calico, { set: [{ path: replicas, take: 'incoming' }] }, '"0"');
    expect(first).toMatchObject({ status: 200, headers: { etag: '"1"' } });
    const second = await answer(calico, { set: [{ path: password, value: 'hunter7' }] }, '"1"');
    expect(reviewedLayerSchema.parse(second.body)).toMatchObject({
      revision: 2,
      openConflicts: 0,
      resolutions: [
        { path: replicas, take: 'incoming' },
        { path: password, value: 'hunter7' },
      ],
      answered: [
        { path: 'app.replicas', by: 'ann' },
        { path: 'app.password', by: 'ann' },
      ],
    });
    const opened = await answer(calico, { open: [password] }, '"2"');
    expect(opened.body).toMatchObject({ openConflicts: 1, resolutions: [{ path: replicas }] });
    expect((await review()).map(({ revision }) => revision)).toEqual([3, 0]);
  });

  it('is refused where somebody else edited meanwhile, with who did what and no value', async () => {
    await answer(calico, { set: [{ path: password, value: 'hunter7' }] });
    await answer(calico, { set: [{ path: replicas, take: 'current' }] });
    const refused = await answer(calico, { set: [{ path: replicas, take: 'incoming' }] }, '"0"');
    expect(refused).toMatchObject({
      status: 412,
      body: { code: 'LAYER_EDITED', detail: expect.stringMatching(/^ann/) },
    });
    expect(refused.body).toMatchObject({
      edits: [
        { by: 'ann', what: 'answers', answers: [{ path: 'app.password', answer: 'own value' }] },
        { by: 'ann', what: 'answers', answers: [{ path: 'app.replicas', answer: 'current' }] },
      ],
    });
    expect(refused.text).not.toContain('hunter');
    const kept = await client.call('GET', layerPath(calico));
    expect(kept.headers['etag']).toBe('"2"');
    expect(kept.body).toMatchObject({ resolutions: [{ path: password }, { path: replicas, take: 'current' }] });
  });

  it('is kept once where two that saw the same are given at the same moment', async () => {
    const take = (side: 'current' | 'incoming') => answer(calico, { set: [{ path: replicas, take: side }] }, '"0"');
    const statuses = (await Promise.all([take('current'), take('incoming')])).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 412]);
    expect((await reviewed(calico)).revision).toBe(1);
  });

  it('holds texts that are put in the place of a merge to the same rule', async () => {
    await answer(calico, { set: [{ path: replicas, take: 'current' }] });
    const text = { text: values(5, 'x', 'info') };
    const stale = { 'if-match': '"0"' };
    expect(await client.call('PUT', `${layerPath(calico)}/text`, text, stale)).toMatchObject({ status: 412 });
    const pasted = await client.call('PUT', `${layerPath(calico)}/text`, text, { 'if-match': '"1"' });
    expect(pasted).toMatchObject({ status: 200, headers: { etag: '"2"' } });
    expect(await client.call('DELETE', `${layerPath(calico)}/text`, undefined, stale)).toMatchObject({ status: 412 });
    expect(await client.call('PUT', `${layerPath(calico)}/resolutions`, { resolutions: [] }, stale)).toMatchObject({
      body: { edits: [{ what: 'answers' }, { what: 'text' }] },
    });
  });

  it.each([
    [{ set: [{ path: ['nowhere'], take: 'current' }] }, '"0"', 'INPUT_INVALID', 'body.resolutions.0.path'],
    [{ set: [{ path: replicas, value: '{' }] }, '"0"', /^MERGE_/, undefined],
    [{ set: [{ path: replicas, take: 'mine' }] }, '"0"', 'INPUT_INVALID', 'body.set.0'],
    [{ open: [[1.5]] }, '"0"', 'INPUT_INVALID', 'body.open.0.0'],
    [{ set: [] }, 'W/"0"', 'INPUT_INVALID', 'If-Match'],
    [{ set: [] }, '"zero"', 'INPUT_INVALID', 'If-Match'],
  ])('with %j for %s is refused and changes nothing', async (body, tag, code, place) => {
    const refused = await answer(calico, body, tag);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.body['code']).toMatch(code);
    if (place !== undefined) expect(refused.body).toMatchObject({ place });
    expect(await reviewed(calico)).toMatchObject({ revision: 0, resolutions: [] });
  });

  it('keeps no more of its history than is asked about', async () => {
    const { db } = store();
    const numbers = async () =>
      (await db.selectFrom('layer_edit').select('number').orderBy('number').execute()).map(({ number }) => number);
    await answer(calico, { set: [{ path: replicas, take: 'current' }] });
    await answer(calico, { set: [{ path: replicas, take: 'incoming' }] });
    await db.updateTable('layer_edit').set({ number: 501 }).where('number', '=', 2).execute();
    await answer(calico, { open: [replicas] }, '"501"');
    expect(await numbers()).toEqual([501, 502]);
  });
});
