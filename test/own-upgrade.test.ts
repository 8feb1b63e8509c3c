import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syncRegistry } from '@sealift/cli/demo/platform';
import { journalPageSchema, summarySchema, type Upgrade, upgradeSchema } from '@sealift/core/api';
import { programVersion } from '@sealift/core/program-version';
import { upgradeFormat } from '@sealift/core/upgrade';
import { readCallLog } from '@sealift/simulator/call-log';
import { peer } from '@sealift/testkit/peers';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../packages/server/src/testing/postgres-server.ts';
import { unpackExecutable } from './setup/bundle-executable.ts';
import { bundleOfVersion } from './setup/bundle-of-executable.ts';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';
import { expectedEffects } from './setup/expected-effects.ts';
import { run } from './setup/sealift.ts';
import { putFaults } from './setup/simulator-faults.ts';

const postgres = peer('postgres');
const nextVersion = '0.1.1-next';
const patience = 240_000;

/** The executable is replaced in the middle of an upgrade: by what cannot go on with it, by what does not come up, by the next version. */
describe.skipIf(postgres.missing)(`the executable of a running console (${postgres.remedy})`, () => {
  let folder: string;
  let place: string;
  let database: PostgresServer;
  let databaseUrl: string;
  let site: TestEnvironment;
  let next: { bundle: string; publicKey: string };
  let upgrade: Upgrade;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-own-upgrade-'));
    mkdirSync(join(folder, 'bin'));
    place = await unpackExecutable(join(folder, 'bin', 'sealift'));
    next = await bundleOfVersion(folder, nextVersion);
    database = await startPostgres(postgres.path);
    databaseUrl = await database.newDatabase();
    site = await startEnvironment(50, undefined, { executable: place, databaseUrl });
    // Nodes are not rolled until the executable has been replaced, however slow this machine is.
    await putFaults(site.cluster, [{ call: 'setRollout', when: 'before', action: 'drop', times: 1000 }]);
    const { api } = site.administrator;
    await syncRegistry(api, site.context.cancel);
    const { id, hash } = await api.post('/api/v1/upgrades', { to: '4.2.13' }, upgradeSchema);
    upgrade = await api.post(`/api/v1/upgrades/${id}/confirm`, { hash }, upgradeSchema);
    await waitUntil('an effect on the cluster', async () => (await effects()).length > 0, patience);
  }, 600_000);
  afterAll(async () => {
    await site?.remove();
    await database?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const effects = async (): Promise<string[]> => {
    const calls = (await readCallLog(site.cluster.service.ready.callLog)).filter(({ effect }) => effect);
    return calls.map(({ call, parameters: { pack, group, name } }) => `${call} ${String(pack ?? group ?? name)}`);
  };
  const state = async () => (await site.administrator.api.get(`/api/v1/upgrades/${upgrade.id}`, upgradeSchema)).state;
  const report = (): { file?: string; state?: string; reason?: string } => {
    try {
      return JSON.parse(readFileSync(join(site.context.folder.console, 'hand-over.json'), 'utf8'));
    } catch {
      return {};
    }
  };
  const told = (wanted: string) =>
    waitUntil(`the console to say ${wanted}`, () => Promise.resolve(report().state === wanted), patience);
  /** Another program in the place of the console's, as a package manager puts it there. */
  const put = (script: string): void => {
    writeFileSync(`${place}.put`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    renameSync(`${place}.put`, place);
  };
  const answers = (reads: number) =>
    `echo '${JSON.stringify({ version: '9.0.0', upgrades: { stores: reads, reads: [reads] } })}'`;

  it('is not left for one that cannot read what is under way', async () => {
    const before = statSync(place).ino;
    renameSync(place, `${place}.own`);
    put(answers(upgradeFormat + 1));
    await told('refused');
    expect(report().reason).toContain(`stored in format ${upgradeFormat}`);
    expect(await state()).toBe('running');
    renameSync(`${place}.own`, place);
    expect(statSync(place).ino).toBe(before);
  }, 300_000);

  it('goes on where the one that was to take over does not come up', async () => {
    renameSync(place, `${place}.own`);
    put(`[ "$1" = version ] && ${answers(upgradeFormat)} && exit 0\nexit 7`);
    await told('back');
    expect(report().reason).toContain('it ended with 7');
    await waitUntil('the console to answer again', async () => (await state()) === 'running', patience);
    renameSync(`${place}.own`, place);
  }, 300_000);

  it('is replaced by `--install`, which says that an upgrade is under way and waits until that goes on', async () => {
    const bin = join(folder, 'bin');
    const args = ['--install', '--json', '--public-key', next.publicKey];
    const env = { ...site.context.env, SEALIFT_BIN_DIR: bin };
    const installed = await run(next.bundle, args, { env, cwd: folder });
    expect(installed).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`in the middle of upgrade ${upgrade.id}`),
    });
    expect(JSON.parse(installed.stdout)).toMatchObject({ sealift: place, consoles: [{ upgrade: upgrade.id }] });
    expect((await run(place, ['--version'])).stdout.trim()).toBe(nextVersion);
    expect((await run(`${place}.previous`, ['--version'])).stdout.trim()).toBe(programVersion);
    expect(await state()).toBe('running');
  }, 300_000);

  it('the upgrade ends well under the next version, with each effect once', async () => {
    await putFaults(site.cluster, []);
    await waitUntil('the end of the upgrade', async () => (await state()) !== 'running', patience);
    expect(await effects()).toEqual(expectedEffects);
    const { api } = site.administrator;
    const summary = await api.get('/api/v1/summary', summarySchema);
    expect(summary).toMatchObject({ version: '4.2.13', lockedBy: null });
    expect(summary.statements.map(({ text, holds }) => [text, holds])).toEqual([
      ['You are using the latest version of Harborview', true],
      ['On-prem system console is healthy', true],
    ]);
    const { entries } = await api.get(`/api/v1/upgrades/${upgrade.id}/journal`, journalPageSchema);
    // The first, again the first after the one that did not come up, and the next version.
    expect(new Set(entries.map(({ epoch }) => epoch)).size).toBeGreaterThanOrEqual(3);
    expect([...new Set(entries.map(({ version }) => version))]).toEqual([programVersion, nextVersion]);
    const logs = await run(place, ['upgrade', 'logs'], { env: site.context.env, cwd: folder });
    expect(logs.stdout).toContain(`goes on under sealift ${nextVersion}, after ${programVersion}`);
    expect(await state()).toBe('succeeded');
    const audit = await database.query(
      databaseUrl,
      `select action, subject from audit_entry where action like 'console.hand%' order by sequence`,
    );
    expect(audit.map(({ action, subject }) => `${String(action)} ${String(subject)}`)).toEqual([
      'console.hand-over 9.0.0',
      'console.hand-over-failed 9.0.0',
      `console.hand-over ${nextVersion}`,
    ]);
  }, 300_000);

  it('and everything ends with the process that was there first', async () => {
    await site.console.stop();
    expect(await site.console.ended).toBe(0);
    await expect(fetch(site.administrator.api.url)).rejects.toThrow('fetch failed');
  }, 120_000);

  it('the version of before does not start in the middle of an upgrade that it cannot read, and says which one can', async () => {
    const start = (data: string) =>
      run(`${place}.previous`, ['server', 'run', '--data', data, '--listen', '127.0.0.1:0'], {
        env: { ...site.context.env, DATABASE_URL: databaseUrl },
        cwd: folder,
      });
    await database.query(databaseUrl, `update upgrade set state = 'running', format = ${upgradeFormat + 1}`);
    const before = await database.query(databaseUrl, 'select count(*) from journal');
    expect(await start(join(folder, 'other-data'))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`stored by Sealift ${nextVersion}[^]*UPGRADE_FROM_NEWER`)),
    });
    expect(await database.query(databaseUrl, 'select count(*) from journal')).toEqual(before);
  }, 120_000);
});
