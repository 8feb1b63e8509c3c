import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Insertable } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { RunningPlatform } from '../testing/running-platform.ts';

type Rows = { readonly [Table in keyof Tables]?: Insertable<Tables[Table]>[] };

/** What a console wrote before stored records had a format; it was killed while the control plane was being rolled. */
async function rowsWithoutFormat(): Promise<Rows> {
  return JSON.parse(await readFile(new URL('../testing/rows-without-format.json', import.meta.url), 'utf8')) as Rows;
}

describe('an upgrade that another version left half-way', { timeout: 60_000 }, () => {
  let platform: RunningPlatform;
  const id = '42360967-05d6-4411-aafc-6fc83eb4d123';

  beforeEach(async () => {
    platform = await RunningPlatform.start();
    const rows = await rowsWithoutFormat();
    await changeStore(async ({ db }) => {
      for (const table of ['profile', 'profile_layer', 'upgrade', 'upgrade_layer', 'journal'] as const) {
        await db
          .insertInto(table)
          .values(rows[table] ?? [])
          .execute();
      }
      await db.updateTable('console_lock').set({ upgrade_id: id }).execute();
    });
  }, 60_000);
  afterEach(() => platform.stop());

  /** Works on the store while no console holds it. */
  async function changeStore(work: (store: Store) => Promise<void>): Promise<void> {
    await platform.console.close();
    const store = await openStore({ dataDir: join(platform.folder, 'data') });
    await work(store);
    await store.close();
    await platform.restart();
  }

  it('is refused by name, can be looked at, and ended by a person with a reason', async () => {
    const seen = await platform.until(`/upgrades/${id}`, ({ state }) => state !== 'running');
    expect(seen).toMatchObject({
      state: 'needs-human',
      plan: null,
      steps: [],
      failure: { code: 'RECORD_FORMAT_OTHER' },
    });
    expect(seen.failure.hint).toContain('abort the upgrade with a reason');
    expect((await platform.call('GET', '/upgrades')).body.upgrades).toMatchObject([{ id, state: 'needs-human' }]);
    expect((await platform.call('POST', '/registries/spectro-packs/sync')).body).toMatchObject({
      code: 'CONSOLE_LOCKED',
      upgrade: { id, state: 'needs-human' },
    });
    const ended = await platform.call('POST', `/upgrades/${id}/abort`, { reason: 'begun by the version before' });
    expect(ended).toMatchObject({ status: 202 });
    await platform.until(`/upgrades/${id}`, ({ state }) => state === 'aborted');
    expect((await platform.call('GET', '/summary')).body.lockedBy).toBeNull();
    const audit = (await platform.call('GET', '/audit')).body.entries;
    expect(audit).toContainEqual(
      expect.objectContaining({
        action: 'upgrade.abort',
        subject: id,
        details: expect.objectContaining({ reason: 'begun by the version before', after: 'aborting' }),
      }),
    );
  });

  it('of a later format, a profile is refused by name', async () => {
    expect((await platform.call('GET', '/profile')).body).toMatchObject({ format: 1, version: '4.2.12' });
    await changeStore(async ({ db }) => {
      await db.updateTable('profile').set({ format: 2 }).execute();
    });
    expect((await platform.call('GET', '/profile')).body).toMatchObject({
      code: 'RECORD_FORMAT_OTHER',
      detail: expect.stringContaining('format 2'),
    });
  });

  it('needs a person again when it is resumed by this version', async () => {
    await platform.until(`/upgrades/${id}`, ({ state }) => state === 'needs-human');
    expect(await platform.call('POST', `/upgrades/${id}/resume`)).toMatchObject({ status: 202 });
    await platform.until(`/upgrades/${id}`, ({ state }) => state === 'needs-human');
  });
});
