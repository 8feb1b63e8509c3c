import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Desk } from './desk.ts';

const harborview = fileURLToPath(new URL('../../../examples/harborview', import.meta.url));

/** A vendor's keys, and another one at a site. */
export function typeKeys(at: () => Desk): void {
  describe('keys', () => {
    const words = 'six random words of a vendor';

    it('one is made with a password, and a release is built and published with it', async () => {
      // As the vendor has it: the key of the guide takes the place of the one that is there.
      const vendor = at().in('vendor');
      const said = await vendor.types('keys.md', 'sealift keys generate', {}, [
        ['Password of the new key: ', words],
        ['The same again: ', words],
      ]);
      expect(said).toContain('it has a password');
      vendor.put('key-password', `${words}\n`);
      vendor.gets('packs', join(harborview, 'packs'));
      vendor.gets('releases/4.2.13.yaml', join(harborview, '4.2.13', 'release.yaml'));
      vendor.gets('releases/build', join(harborview, '4.2.13', 'build'));
      await vendor.types('keys.md', 'sealift releases lint');
      const index = JSON.parse(vendor.read('public/sealift-releases.json')) as { bundles: { version: string }[] };
      expect(index.bundles.map(({ version }) => version)).toEqual(['4.2.13']);
    });

    it('another one is trusted, and then the first no more', async () => {
      const site = at().in('vendor');
      await site.runs('keys', 'generate', '--out', 'vendor-2027');
      for (const where of [[], ['--console']]) await site.runs('keys', 'trust', 'vendor.pub', ...where);
      await site.types('keys.md', 'sealift keys trust');
      const trusted = async () => (await site.runs('keys', 'list', '--console')).trim().split('\n').length;
      const before = await trusted();
      const said = await site.types('keys.md', 'sealift keys untrust');
      expect(said).toMatch(/No longer trusted here[^]*No longer trusted in the console/);
      expect(await trusted()).toBe(before - 1);
    });
  });
}
