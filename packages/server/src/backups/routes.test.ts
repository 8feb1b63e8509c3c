import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningPlatform } from '../testing/running-platform.ts';

let platform: RunningPlatform;
beforeAll(async () => {
  platform = await RunningPlatform.start();
}, 180_000);
afterAll(() => platform.stop());

const list = async () => (await platform.call('GET', '/backups')).body;
const download = (id: string) =>
  fetch(`${platform.console.url}/api/v1/backups/${id}/file`, {
    headers: { authorization: `Bearer ${platform.token}` },
  });

async function make() {
  expect((await platform.call('POST', '/backups')).status).toBe(202);
  await waitUntil('a backup', async () => (await list()).running === null);
  return (await list()).backups[0];
}

describe('backups of a console', { timeout: 180_000 }, () => {
  it('are made, listed with what was proven, verified, taken and removed, each told in the audit log', async () => {
    const made = await make();
    expect(made).toMatchObject({
      reason: { why: 'asked', by: 'admin' },
      proof: { loaded: null, rows: expect.any(Number) },
      isHere: true,
    });
    expect(made.proof.rows).toBeGreaterThan(3);
    expect((await platform.call('POST', `/backups/${made.id}/verify`)).body).toEqual(made.proof);
    const file = await download(made.id);
    expect(file.headers.get('content-disposition')).toContain(`${made.id}.sealift-backup`);
    expect((await file.bytes()).length).toBe(made.sizeBytes);
    expect((await platform.call('DELETE', `/backups/${made.id}`)).status).toBe(204);
    expect((await list()).backups).toEqual([]);
    expect((await download(made.id)).status).toBe(404);
    const { body } = await platform.call('GET', '/audit');
    const actions = body.entries.map((entry: { action: string }) => entry.action);
    expect(actions.slice(-3)).toEqual(['backup.create', 'backup.download', 'backup.remove']);
  });

  it('say which snapshot of etcd lies beside them', async () => {
    const etcdSnapshot = { path: '/srv/etcd.snapshot', sizeBytes: 1056, sha256: 'a'.repeat(64) };
    expect((await platform.call('POST', '/backups', { etcdSnapshot: { ...etcdSnapshot, sha256: '' } })).status).toBe(
      400,
    );
    expect((await platform.call('POST', '/backups', { etcdSnapshot })).status).toBe(202);
    await waitUntil('a backup', async () => (await list()).running === null);
    const [made] = (await list()).backups;
    expect(made.reason).toEqual({ why: 'asked', by: 'admin', etcdSnapshot });
    await platform.call('DELETE', `/backups/${made.id}`);
  });

  it('that were damaged on the disk are told so', async () => {
    const made = await make();
    await writeFile(join(platform.folder, 'data', 'backups', made.reference), 'x');
    expect((await list()).backups[0]).toMatchObject({ id: made.id, isHere: false });
    const { status, body } = await platform.call('POST', `/backups/${made.id}/verify`);
    expect([status, body.code]).toEqual([500, 'BACKUP_DAMAGED']);
  });

  it('are made by themselves as often as is set, which is told', async () => {
    expect((await list()).schedule).toMatchObject({ everyHours: null, keep: 7, dueAt: null, isMissed: false });
    const { body } = await platform.call('PUT', '/backups/schedule', { everyHours: 24, keep: 2 });
    expect(body.schedule).toMatchObject({ everyHours: 24, keep: 2, dueAt: expect.any(String), isMissed: false });
    const wrong = await platform.call('PUT', '/backups/schedule', { everyHours: 0, keep: 2 });
    expect(wrong.status).toBe(400);
    await platform.call('PUT', '/backups/schedule', { everyHours: null, keep: 7 });
  });
});
