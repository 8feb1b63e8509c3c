import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pushRelease } from '../testing/push-release.ts';
import { RunningPlatform } from '../testing/running-platform.ts';

const release = { version: '4.2.12', kubernetes: '1.26.10', upgradesFrom: '>=4.1.0 <4.2.12', cniValues: 'mtu: 1\n' };
let platform: RunningPlatform;

beforeAll(async () => {
  platform = await RunningPlatform.start();
  await push();
  await platform.sync();
  const adopted = await platform.call('POST', '/platform/adopt', { version: '4.2.12', values: [] });
  if (adopted.status !== 201) throw new Error(JSON.stringify(adopted.body));
}, 60_000);
afterAll(() => platform.stop());

async function push(): Promise<void> {
  const client = platform.registry();
  await pushRelease(client, release);
  client.close();
}

/** The check of the Summary that is about the content of the installed release. */
async function installedContent() {
  const [, healthy] = (await platform.call('GET', '/summary')).body.statements;
  return healthy.checks.find((check: { name: string }) => check.name === 'installed-content');
}

it('a registry that lost the installed release fails the check and the sync, until its bundle was run again', async () => {
  expect(await installedContent()).toMatchObject({ outcome: 'pass' });
  await platform.console.close();
  await rm(join(platform.folder, 'data/registry'), { recursive: true });
  await platform.restart();
  const lost = await installedContent();
  expect(lost).toMatchObject({ outcome: 'block', remedy: expect.stringContaining('airgap-v4.2.12.bin') });
  expect(lost.detail).toMatch(/^release 4\.2\.12 is not complete in the registry: the release marker of 4\.2\.12, /);
  const sync = await platform.sync();
  expect(sync).toMatchObject({ state: 'failed', message: expect.stringContaining(lost.detail) });
  expect(sync.message).toContain(lost.remedy);
  await push();
  expect(await platform.sync()).toMatchObject({ state: 'succeeded' });
  expect(await installedContent()).toMatchObject({ outcome: 'pass' });
}, 60_000);
