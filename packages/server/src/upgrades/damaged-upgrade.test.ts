import { asSealiftError } from '@sealift/core/errors';
import { readLine } from '@sealift/core/upgrade';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newSetupToken } from '../accounts/setup.ts';
import { buildApp } from '../app/build-app.ts';
import { journalStore } from '../engine/journal-store.ts';
import { leaseStore } from '../engine/lease-store.ts';
import { EventBus } from '../notify/event-bus.ts';
import { lockedBy } from '../store/change.ts';
import { storeConfirmedUpgrade } from '../testing/confirmed-upgrade.ts';
import { memoryConsole } from '../testing/memory-console.ts';
import { sharedStore } from '../testing/shared-store.ts';
import { TestClient } from '../testing/test-client.ts';

const id = '6d8f5a0e-0000-4000-8000-000000000009';
const store = sharedStore();
let app: FastifyInstance;
let client: TestClient;

beforeEach(async () => {
  app = await buildApp({ parts: memoryConsole(store()) });
  client = new TestClient(app);
  const token = await newSetupToken(store().db);
  await client.call('POST', '/setup', { token, username: 'admin', password: 'four random words here' });
});
afterEach(() => app.close());

/** A running upgrade with one step begun, which locks the console. */
async function storeRunning(): Promise<void> {
  await storeConfirmedUpgrade(store().db, id, 'running');
  await store().db.updateTable('console_lock').set({ upgrade_id: id }).execute();
  const lease = await leaseStore(store()).acquire('a', 1);
  const data = { direction: 'forward', message: 'begun', details: {} } as const;
  const epoch = lease?.epoch ?? 0;
  const journal = journalStore(store().db, new EventBus());
  await journal.append({ upgradeId: id, stepId: '0-lock-console', epoch, phase: 'intent', data });
}

async function auditActions(): Promise<string[]> {
  const { body } = await client.call('GET', '/audit');
  return (body['entries'] as unknown as { action: string }[]).map(({ action }) => action);
}

/** Each damage, as the SQL that does it, and the failure that the upgrade then shows. */
const damages: [string, string, string][] = [
  ['a state that is none', `update upgrade set state = 'runn'`, 'RECORD_DAMAGED'],
  ['an empty state', `update upgrade set state = ''`, 'RECORD_DAMAGED'],
  ['versions that are none', `update upgrade set state = '', from_version = '', to_version = ' '`, 'RECORD_DAMAGED'],
  ['a plan cut short', `update upgrade set plan = left(plan, 40)`, 'RECORD_DAMAGED'],
  ['layers that are no JSON', `update upgrade set layers = '[{'`, 'RECORD_DAMAGED'],
  ['layers of another shape', `update upgrade set layers = '[{"id":1}]'`, 'RECORD_DAMAGED'],
  ['a preflight that is no list', `update upgrade set preflight = '{}'`, 'RECORD_DAMAGED'],
  ['a journal line that is no JSON', `update journal set data = '{"for'`, 'RECORD_DAMAGED'],
  [
    'a journal line of another shape',
    `update journal set data = '{"format":1,"phase":"x","data":{}}'`,
    'RECORD_DAMAGED',
  ],
  ['a journal line without format', `update journal set data = '{}'`, 'RECORD_FORMAT_OTHER'],
  ['a journal line of no time', `update journal set at = 'infinity'`, 'RECORD_DAMAGED'],
];

describe('an upgrade whose rows were damaged', { timeout: 30_000 }, () => {
  it.each(damages)('with %s can be listed, looked at, and ended by a person with a reason', async (_, damage, code) => {
    await storeRunning();
    await sql.raw(damage).execute(store().db);
    expect(await client.call('GET', '/upgrades')).toMatchObject({ status: 200, body: { upgrades: [{ id }] } });
    expect(await client.call('GET', `/upgrades/${id}`)).toMatchObject({ status: 200, body: { failure: { code } } });
    expect(await client.call('POST', '/tokens', { name: 'x' })).toMatchObject({
      status: 423,
      body: { code: 'CONSOLE_LOCKED', upgrade: { id } },
    });
    expect(await client.call('POST', `/upgrades/${id}/abort`, { reason: 'damaged' })).toMatchObject({ status: 202 });
    await vi.waitFor(async () => {
      const { body } = await client.call('GET', `/upgrades/${id}`);
      expect(body['state']).toBe('aborted');
    }, 10_000);
    expect(await lockedBy(store().db)).toBeNull();
    expect(await auditActions()).toContain('upgrade.abort');
  });

  it('shows an unreadable state as one that needs a person, and goes on from it in no other way', async () => {
    await storeRunning();
    await store().db.updateTable('upgrade').set({ state: 'runn' }).execute();
    expect((await client.call('GET', '/upgrades')).body['upgrades']).toMatchObject([{ state: 'needs-human' }]);
    for (const act of ['pause', 'resume']) {
      expect(await client.call('POST', `/upgrades/${id}/${act}`)).toMatchObject({
        status: 409,
        body: { code: 'RECORD_DAMAGED' },
      });
    }
    const summary = await client.call('GET', '/summary');
    expect(summary.text).toContain('The upgrade to 1.0.1 is in the state Needs a person');
  });

  it('keeps what the other lines of its journal tell', async () => {
    await storeRunning();
    const epoch = 1;
    const line = { upgrade_id: id, step_id: '0-lock-console', phase: 'evidence', epoch, data: 'garbage' };
    await store().db.insertInto('journal').values(line).execute();
    const { body } = await client.call('GET', `/upgrades/${id}`);
    expect(body).toMatchObject({
      failure: { code: 'RECORD_DAMAGED' },
      steps: [{ state: 'running', message: 'begun' }],
    });
  });

  it('whose approved plan is lost is damaged for the engine, not unknown', async () => {
    await storeRunning();
    await store().db.updateTable('upgrade').set({ frozen: null }).execute();
    await expect(journalStore(store().db, new EventBus()).frozen(id)).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
  });

  it.each([
    ['is lost', `delete from journal; delete from upgrade_layer; delete from upgrade`, 204],
    ['has ended', `update upgrade set state = 'succeeded'`, 202],
  ])('that %s does not lock the console for ever', async (_, damage, status) => {
    await storeRunning();
    for (const statement of damage.split('; ')) await sql.raw(statement).execute(store().db);
    expect(await client.call('POST', '/tokens', { name: 'x' })).toMatchObject({ status: 423 });
    expect((await client.call('GET', '/summary')).text).toContain(`sealift upgrade abort ${id} --reason`);
    expect(await client.call('POST', `/upgrades/${id}/abort`, { reason: '' })).toMatchObject({ status: 400 });
    expect(await client.call('POST', `/upgrades/${id}/abort`, { reason: 'its row is gone' })).toMatchObject({ status });
    expect(await client.call('POST', '/tokens', { name: 'x' })).toMatchObject({ status: 201 });
    expect(await auditActions()).toContain('console.unlock');
  });
});

it('reads any damaged journal line as a coded failure', () => {
  const good = '{"data":{"details":{"a":[1]},"direction":"forward","message":"m"},"format":1,"phase":"intent"}';
  for (let at = 0; at < good.length; at += 1) {
    for (const text of [good.slice(0, at), `${good.slice(0, at)}x${good.slice(at + 1)}`, '['.repeat(at * 1000)]) {
      try {
        readLine(text);
      } catch (error) {
        expect(asSealiftError(error).code).toMatch(/^RECORD_/);
      }
    }
  }
});
