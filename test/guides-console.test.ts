import { upgradeByApi } from '@sealift/cli/demo/upgrade-run';
import { syncRegistry } from '@sealift/cli/demo/platform';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startEnvironment, type TestEnvironment } from './setup/environment.ts';
import { typeAccess } from './setup/guides/access.ts';
import { Desk } from './setup/guides/desk.ts';
import { typeEvidence } from './setup/guides/evidence.ts';
import { typeGateways } from './setup/guides/gateways.ts';
import { typeKeys } from './setup/guides/keys.ts';
import { typeMonitor } from './setup/guides/monitor.ts';
import { typeNotifications } from './setup/guides/notifications.ts';
import { typePacks } from './setup/guides/packs.ts';
import { typeRegistries } from './setup/guides/registries.ts';
import { run } from './setup/sealift.ts';

const never = new AbortController().signal;

/** Blocks of guides that want a console, as they are typed one after another at one that runs a release over a simulated cluster. */
describe('guides, as they are typed at a console', { timeout: 240_000 }, () => {
  let environment: TestEnvironment;
  let desk: Desk;
  const at = (): Desk => desk;

  beforeAll(async () => {
    desk = await Desk.sitDown();
    environment = await startEnvironment(50, undefined, { executable: desk.sealift });
    const { administrator, console } = environment;
    await syncRegistry(administrator.api, never);
    desk.console = console.ready;
    desk.put('password', administrator.password.reveal());
    desk.gets('vendor.key', inject('built').secretKeyFile);
    desk.gets('vendor.pub', inject('built').publicKeyFile);
    await desk.runs('login', console.ready.url, '--username', administrator.username, '--password-file', 'password');
    await desk.runs('keys', 'trust', 'vendor.pub');
  }, 240_000);
  afterAll(async () => {
    await environment?.remove();
    desk?.leave();
  });

  it('plan a path: from what runs, and to a release', async () => {
    const said = await desk.types('plan-a-path.md', 'sealift plan  ', { '4.8.21': '4.2.13' });
    expect(said).toContain('Harborview 4.2.12 to 4.2.13');
  });
  typePacks(at);
  typeRegistries(at);
  typeAccess(at);
  typeNotifications(at, async () => void (await upgradeByApi(environment.administrator.api, () => undefined, never)));
  typeEvidence(at);
  typeMonitor(at);
  it('run the console: a support bundle is listed and saved', async () => {
    expect(await desk.types('run-the-console.md', 'sealift support-bundle')).toContain('versions of console');
    const { stdout } = await run('tar', ['-tzf', desk.path('support.tar.gz')]);
    expect(stdout).toMatch(/\bcontents\.json$/m);
  });
  typeGateways(at);
  typeKeys(at);
});
