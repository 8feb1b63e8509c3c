import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FileServer, startFileServer } from '@sealift/testkit/file-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Desk } from './desk.ts';

const calico = fileURLToPath(new URL('../../../examples/harborview/packs/cni-calico-3.26.1', import.meta.url));

/** Packs of a site that has a newer release in its catalogue, and of one that makes some. `vendor.key` is trusted. */
export function typePacks(at: () => Desk): void {
  describe('packs', () => {
    let server: FileServer;
    beforeAll(async () => {
      server = await startFileServer(at().folder);
    });
    afterAll(() => server?.close());

    it('that are newer are told, and what uses one', async () => {
      const outdated = await at().types('packs.md', 'sealift packs outdated');
      expect(outdated).toMatch(/^cni +cni-calico 3\.25\.1\n +3\.26\.1 +airgap-v4\.2\.13\.bin$/m);
      const listed = await at().types('packs.md', 'sealift packs list');
      expect(listed).toMatch(/^layer cni of the enterprise cluster: 3\.25\.1, with values of its own$/m);
    });

    it('that the vendor has published since are told and downloaded', async () => {
      at().gets('newer', calico);
      const file = join(at().path('newer'), 'pack.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('"version": "3.26.1"', '"version": "3.27.0"'));
      at().put('bundles/README', 'Bundles of Harborview.\n');
      const bundle = 'bundles/airgap-pack-cni-calico-3.27.0.bin';
      const images = `oci:${join(calico, '../../4.2.13/build/images')}`;
      const made = ['bundle', 'create', '--pack', 'newer', '--image', images, '--no-bring-sealift'];
      await at().runs(...made, '--key', 'vendor.key', '-o', bundle);
      await at().runs('releases', 'publish', 'bundles', '--key', 'vendor.key');
      const here = { 'https://releases.example': server.url };
      const said = await at().types('packs.md', 'sealift packs outdated --from', here);
      expect(said).toContain('airgap-pack-cni-calico-3.27.0.bin');
      expect(readFileSync(at().path('airgap-pack-cni-calico-3.27.0.bin'))).toEqual(readFileSync(at().path(bundle)));
    });

    it('one is made, pushed with an image of a registry, and synced', async () => {
      const { host } = new URL(at().console.url);
      const auth = Buffer.from(`admin:${at().read('password')}`).toString('base64');
      at().put('../home/.docker/config.json', JSON.stringify({ auths: { [host]: { auth } } }));
      await at().types('packs.md', 'sealift packs create');
      const image = `${host}/sealift/images/docker.io/calico/ctl:v3.26.1`;
      await at().types('packs.md', 'sealift packs push', { 'registry.example/ingress:1.2.3': image });
      expect(await at().runs('packs', 'list')).toMatch(/^my-ingress /m);
    });
  });
}
