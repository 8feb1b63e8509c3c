import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { mediaTypes } from '@sealift/oci/descriptor';
import { digestOf } from '@sealift/oci/digest';
import { RegistryClient } from '@sealift/oci/registry-client';
import { type RunningConsole, startConsole } from '@sealift/server/console';
import { type DockerRegistry, dockerLogin, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults } from './setup/accessibility.ts';
import { openWindow, type Window } from './setup/browser.ts';
import { built } from './setup/environment.ts';

const chromium = peer('chromium');
const dockerRegistry = peer('docker-registry');
const account = { username: 'admin', password: 'four random words here' };
/** When styles that changed have begun to show. */
const nextFrames = 'new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(() => shown())))';
const repository = 'sealift/images/docker.io/library/app';

describe.skipIf(chromium.missing || dockerRegistry.missing)(
  `Pack Registries with a real docker-registry, in a browser (${chromium.remedy}, ${dockerRegistry.remedy})`,
  { timeout: 120_000 },
  () => {
    let folder: string;
    let console: RunningConsole;
    let docker: DockerRegistry;
    let window: Window;
    let page: Page;
    let image = '';

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sealift-registries-'));
      console = await startConsole({ dataDir: join(folder, 'data'), assetsDir: built().pages });
      docker = await startDockerRegistry(dockerRegistry, dockerLogin.htpasswd);
      const token = console.setupUrl?.split('#token=')[1];
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ token, ...account });
      const made = await fetch(`${console.url}/api/v1/setup`, { method: 'POST', headers, body });
      if (made.status !== 201) throw new Error(await made.text());
      image = await pushImage();
      window = await openWindow(chromium.path, console.url);
      page = window.page;
      page.setDefaultTimeout(30_000);
      await page.goto('/');
      await page.getByLabel('User name').fill(account.username);
      await page.getByLabel('Password').fill(account.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { level: 1, name: 'Summary' }).waitFor();
      await page.goto('/administration/registries');
    }, 120_000);
    afterAll(async () => {
      await window?.close();
      await docker?.stop();
      await console?.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** Puts an image of one layer into the console's own registry. */
    async function pushImage(): Promise<string> {
      const credential = basicCredential(account.username, new Secret(account.password));
      const client = new RegistryClient({ registry: new URL(console.url).host, plainHttp: true, credential, env: {} });
      const [config, layer] = [Buffer.from('{}'), Buffer.alloc(100_000, 'a layer')] as const;
      const partOf = async (bytes: Buffer, mediaType: string) => {
        await client.pushBlob(repository, digestOf(bytes), bytes.byteLength, async () => Readable.from([bytes]));
        return { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
      };
      const manifest = {
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        config: await partOf(config, mediaTypes.config),
        layers: [await partOf(layer, mediaTypes.layerTar)],
      };
      const bytes = Buffer.from(JSON.stringify(manifest));
      const digest = await client.putManifest(repository, '1.0', mediaTypes.manifest, bytes);
      client.close();
      return digest;
    }

    /** Looks at the page in both themes. */
    async function tidy(name: string): Promise<void> {
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        // Colours begin to change with the next frame; what is half-way has no contrast to speak of.
        await page.evaluate(nextFrames);
        const faults = await accessibilityFaults(page);
        await window.picture(`${name}-${colorScheme}`);
        expect({ name, colorScheme, faults }).toEqual({ name, colorScheme, faults: [] });
      }
    }

    async function choose(registry: string, item: string): Promise<void> {
      await page.getByRole('button', { name: `Actions for ${registry}` }).click();
      await page.getByRole('menuitem', { name: item }).click();
    }

    const rowOf = (name: string): Locator => page.getByRole('row').filter({ hasText: name });

    it('adds it once it was validated; a wrong password is told of, and nothing is stored', async () => {
      await page.getByRole('button', { name: 'Add a registry' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add a registry' });
      await dialog.getByLabel(/^Name/).fill('theirs');
      await dialog.getByLabel(/^Address/).fill(docker.registry);
      await dialog.getByLabel('Path of packs').fill('team/packs');
      await dialog.getByLabel('Path of images').fill('team/images');
      await dialog.getByLabel('User name').fill('me');
      await dialog.getByLabel(/^Password/).fill('wrong');
      await dialog.getByLabel('It speaks HTTP without TLS').check();
      await dialog.getByRole('button', { name: 'Validate' }).click();
      const tried = dialog.getByRole('list', { name: 'What was tried' });
      await tried.getByText('The login is accepted').waitFor();
      await tried.getByText('UNAUTHORIZED').first().waitFor();
      await dialog.getByLabel(/^Password/).fill('secret');
      await dialog.getByRole('button', { name: 'Validate' }).click();
      await tried.getByText('It takes large requests').waitFor();
      expect(await tried.getByText('UNAUTHORIZED').count()).toBe(0);
      await tried.scrollIntoViewIfNeeded();
      await tidy('registries-validated');
      await dialog.getByRole('button', { name: 'Add', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      await rowOf('theirs').getByText(`${docker.registry}/team/packs`).waitFor();
      await rowOf('theirs').getByText('The registry holds no release yet').waitFor();
      expect(await page.content()).not.toContain('secret');
    });

    it('changes it, and reads it when it is asked to', async () => {
      await choose('theirs', 'Edit');
      const dialog = page.getByRole('dialog', { name: 'Edit theirs' });
      await dialog.getByLabel('Read by itself').selectOption({ label: 'Every hour' });
      await dialog.getByRole('button', { name: 'Save' }).click();
      await rowOf('theirs').getByText('Pull and push, read every 60 minutes').waitFor();
      await choose('theirs', 'Sync');
      await rowOf('theirs').getByText('The registry holds no release yet').waitFor();
    });

    it('mirrors the own registry to it, and tells how that ended', async () => {
      await choose('spectro-packs', 'Mirror to…');
      const dialog = page.getByRole('dialog', { name: 'Mirror spectro-packs' });
      await dialog.getByLabel(/^What/).selectOption({ label: 'Repositories' });
      await dialog.getByLabel(/^Repositories/).fill('sealift/images/*');
      await tidy('registries-mirror-form');
      await dialog.getByRole('button', { name: 'Mirror', exact: true }).click();
      const mirror = page.getByRole('region', { name: 'Mirror' });
      await mirror.getByText('Done').waitFor();
      await mirror.getByText(/1 part mirrored/).waitFor();
      await tidy('registries-mirrored');
      const credential = basicCredential('me', new Secret('secret'));
      const client = new RegistryClient({ registry: docker.registry, plainHttp: true, credential, env: {} });
      expect((await client.headManifest('team/images/docker.io/library/app', '1.0'))?.digest).toBe(image);
      client.close();
    });

    it('forgets it once that was confirmed', async () => {
      await choose('theirs', 'Remove');
      await page.getByRole('button', { name: 'Remove theirs' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await rowOf('theirs').getByText('team/packs').waitFor({ state: 'detached' });
      expect(window.foreignRequests).toEqual([]);
    });
  },
);
