import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePublicKey } from '@sealift/bundle/minisign';
import { readSignedEvidence } from '@sealift/bundle/signed-evidence';
import { canonicalJson } from '@sealift/core/canonical-json';
import type { ClusterNode } from '@sealift/core/cluster';
import { freeze } from '@sealift/core/upgrade';
import { hashOfFrozen } from '@sealift/upgrade/frozen';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { composeConsole, type ConsoleParts } from '../../app/compose.ts';
import { journalStore } from '../../engine/journal-store.ts';
import { frozenSample, storeConfirmedUpgrade } from '../../testing/confirmed-upgrade.ts';
import { sharedStore } from '../../testing/shared-store.ts';
import { setResolutions } from '../edit-draft.ts';
import { intervene } from '../intervene.ts';
import { observationText, observePlatform } from './observe.ts';

const id = '6d8f5a0e-0000-4000-8000-000000000007';
const ann = { name: 'ann', address: 'local' };
const store = sharedStore();
let folder: string;
let parts: ConsoleParts;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-evidence-'));
  parts = consoleHere();
  await storeConfirmedUpgrade(store().db, id);
});
afterEach(async () => {
  await parts.evidence.close();
  rmSync(folder, { recursive: true });
});

function consoleHere(): ConsoleParts {
  return composeConsole(store(), { dataDir: folder, simulatorUrl: undefined, site: undefined }, () => undefined);
}

async function evidence() {
  const keys = (await parts.evidenceKeys.list()).map(({ publicKey }) => parsePublicKey(publicKey));
  return readSignedEvidence(Buffer.from(await parts.evidence.file(id)), keys, 'the file').evidence;
}

async function lease(): Promise<void> {
  await store()
    .db.insertInto('lease')
    .values({ name: 'engine', holder: 'x', epoch: 1, expires_at: new Date() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** As the engine writes it. */
async function begin(stepId = '0-lock-console', details = {}): Promise<void> {
  await lease();
  const data = { direction: 'forward', message: 'Locking', details } as const;
  await journalStore(store().db, parts.events).append({ upgradeId: id, stepId, epoch: 1, phase: 'intent', data });
}

async function abort(reason = 'the window is over'): Promise<void> {
  await store().db.updateTable('upgrade').set({ state: 'needs-human' }).execute();
  await intervene({ ...parts, engine: { start: () => undefined } }, ann, id, 'abort', reason);
  await lease();
  await journalStore(store().db, parts.events).apply(id, 'end', 1, { begun: [] });
}

describe('the evidence of an upgrade', () => {
  it('is not there before its end', async () => {
    await expect(parts.evidence.file(id)).rejects.toMatchObject({ code: 'EVIDENCE_NOT_YET', status: 409 });
    await store().db.updateTable('upgrade').set({ state: 'draft', confirmed_at: null }).execute();
    await expect(parts.evidence.file(id)).rejects.toMatchObject({ code: 'EVIDENCE_NOT_YET' });
    await expect(parts.evidence.file('other')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('tells of one that was aborted who ended it, why, what was begun, and what nobody could look at', async () => {
    await begin();
    await abort();
    const told = await evidence();
    expect(told.upgrade).toMatchObject({ state: 'aborted', from: '1.0.0', to: '1.0.1' });
    expect(told.upgrade.finishedAt).not.toBeNull();
    expect(told.course).toMatchObject([
      { state: 'aborting', by: 'ann', reason: 'the window is over' },
      { state: 'aborted', by: null },
    ]);
    expect(told.steps).toMatchObject([{ id: '0-lock-console', outcome: 'unfinished', attempts: 1, finishedAt: null }]);
    expect(told.before).toBeNull();
    expect(told.after).toMatchObject({ recorded: '1.0.0', nodes: null, layers: null });
    expect(told.after.problems).toEqual([
      expect.stringContaining('the nodes could not be looked at'),
      expect.stringContaining('the layers could not be looked at'),
    ]);
    expect(told.site.simulated).toBeNull();
    expect(told.statements.map(({ holds }) => holds)).toEqual([false, false]);
    expect(told.releases).toMatchObject([
      { version: '1.0.1', signedBy: null, problem: expect.stringContaining('1.0.1') },
    ]);
  });

  it('is written when the upgrade ends, and stays what it was, whatever is changed in the store later', async () => {
    await parts.evidence.begin(() => undefined);
    await abort();
    const first = await parts.evidence.file(id);
    await store().db.updateTable('upgrade').set({ confirmed_by: 'somebody else', state: 'succeeded' }).execute();
    expect(await parts.evidence.file(id)).toBe(first);
    const { details } = await store()
      .db.selectFrom('audit_entry')
      .select('details')
      .where('action', '=', 'upgrade.evidence')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(details)).toMatchObject({ keyId: (await parts.evidenceKeys.list())[0]?.keyId });
  });

  it('is written at the next start where the console ended before', async () => {
    await store()
      .db.insertInto('upgrade_evidence')
      .values({ upgrade_id: id, before: await seenBefore(), signed: null })
      .execute();
    await abort();
    await parts.evidence.begin(() => undefined);
    expect((await evidence()).before).toMatchObject({ nodes: [{ name: 'cp-1', version: '1.26.8' }], problems: [] });
  });

  it('says who settled a conflict, and that nobody knows for a decision of the merge itself', async () => {
    const { db } = store();
    await db.updateTable('upgrade_layer').set({ incoming: 'mtu: 1500\nnew: true\n' }).execute();
    await db.updateTable('upgrade').set({ state: 'draft', confirmed_at: null }).execute();
    await setResolutions(db, { actor: ann, address: { id, layerId: 'cni-calico' } }, [
      { path: ['mtu'], take: 'current' },
    ]);
    await db.updateTable('upgrade').set({ state: 'running', confirmed_at: new Date(), confirmed_by: 'bob' }).execute();
    await abort();
    const [merge] = (await evidence()).merges;
    expect(merge?.decisions).toMatchObject([
      { path: 'mtu', resolvedBy: 'current', decided: { by: 'ann' }, base: '1440', current: '9000', incoming: '1500' },
      { path: 'new', kind: 'added-by-release', resolvedBy: null, decided: null },
    ]);
    expect(merge?.counts).toEqual({ conflict: 1, 'added-by-release': 1 });
  });

  it('tells that what is stored is not what was confirmed', async () => {
    const other = freeze({ ...frozenSample.plan, to: '6.6.6' }, frozenSample.hops);
    await store()
      .db.updateTable('upgrade')
      .set({ frozen: canonicalJson(other) })
      .execute();
    await abort();
    const { approval } = await evidence();
    expect(approval).toMatchObject({
      hash: hashOfFrozen(frozenSample),
      problem: expect.stringContaining('another hash'),
    });
  });

  it('is there for one of which the record is damaged, and says so', async () => {
    await store().db.updateTable('upgrade').set({ frozen: '{' }).execute();
    await begin();
    await store().db.updateTable('journal').set({ data: '{' }).where('phase', '=', 'intent').execute();
    await abort();
    const told = await evidence();
    expect(told).toMatchObject({
      plan: null,
      steps: [],
      approval: { problem: expect.stringContaining('cannot be read') },
    });
    expect(told.journal.problem).toContain('cannot be read');
  });

  it('holds no secret, wherever one was put', async () => {
    const secret = 'hunter2-seeded';
    const values = `adminPassword: ${secret}\ndsn: postgres://app:${secret}@db/app\npin: ${secret}\n`;
    const { db } = store();
    await db
      .updateTable('upgrade_layer')
      .set({
        base: 'adminPassword: ""\ndsn: none\npin: none\n',
        current: values,
        incoming: 'adminPassword: change-me\ndsn: other\npin: other\n',
        schema_notation: 'pin:\n  schema: \'{{ required | format "${password}" }}\'\n',
        resolutions: canonicalJson([{ path: ['adminPassword'], value: secret }]),
      })
      .execute();
    const found = { name: 'c', title: 't', outcome: 'warn', detail: `tried --password ${secret}` };
    await db
      .updateTable('upgrade')
      .set({ preflight: canonicalJson([found]) })
      .execute();
    await begin('0-lock-console', { token: secret, url: `https://user:${secret}@vcenter.example/` });
    await abort(`password: ${secret}`);
    const told = JSON.stringify(await evidence());
    expect(told).not.toContain(secret);
    expect(told).toContain('***');
    expect(told).toContain('adminPassword');
  });
});

async function seenBefore(): Promise<string> {
  const node: ClusterNode = {
    name: 'cp-1',
    role: 'control-plane',
    version: '1.26.8',
    template: 't',
    ready: true,
    message: '',
    machine: null,
    phase: '',
    since: null,
  };
  const cluster = { nodes: () => Promise.resolve([node]), layers: () => Promise.resolve([]) };
  return observationText(await observePlatform(store().db, cluster));
}

describe('the key that signs evidence', () => {
  it('is one for all consoles of a database, and stays', async () => {
    const [first, second] = await Promise.all([parts.evidenceKeys.list(), consoleHere().evidenceKeys.list()]);
    expect(first).toHaveLength(1);
    expect(second).toEqual(first);
  });

  it('is not in the store as it is', async () => {
    const secret = (await parts.evidenceKeys.signing()).file.reveal();
    const row = await store().db.selectFrom('evidence_key').selectAll().executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain(secret.split('\n')[1]?.slice(80, 120));
  });

  it('is made anew with a reason; what the one before signed can still be verified', async () => {
    await abort();
    const before = await evidence();
    const renewed = await parts.evidenceKeys.renew(ann, 'the machine was given away');
    const keys = await parts.evidenceKeys.list();
    expect(keys.map(({ retiredAt }) => retiredAt !== null)).toEqual([false, true]);
    expect(keys[0]).toEqual(renewed);
    expect(await evidence()).toEqual(before);
    expect((await parts.evidenceKeys.signing()).publicKey.keyId).toBe(renewed.keyId);
    const { details, actor } = await store()
      .db.selectFrom('audit_entry')
      .select(['details', 'actor'])
      .where('action', '=', 'evidence-key.renew')
      .executeTakeFirstOrThrow();
    expect([actor, JSON.parse(details)]).toMatchObject(['ann', { reason: 'the machine was given away' }]);
  });

  it('can be made anew where the key of the stored secrets is lost, which the refusal says', async () => {
    await parts.evidenceKeys.list();
    await abort();
    const place = join(folder, 'secret-key');
    writeFileSync(place, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    const refused = await parts.evidence.file(id).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'SECRET_KEY_OTHER', hint: expect.stringContaining('renew-key') });
    rmSync(place);
    await expect(parts.evidence.file(id)).rejects.toMatchObject({
      code: 'SECRET_KEY_INVALID',
      hint: expect.stringContaining('renew-key'),
    });
    await parts.evidenceKeys.renew(ann, 'the key is lost');
    expect((await evidence()).upgrade.state).toBe('aborted');
  });
});
