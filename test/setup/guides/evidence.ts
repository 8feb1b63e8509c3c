import { peer } from '@sealift/testkit/peers';
import { describe, expect, it } from 'vitest';
import type { Desk } from './desk.ts';

const minisign = peer('minisign');

/** What was done can be proved afterwards: an upgrade has ended. */
export function typeEvidence(at: () => Desk): void {
  describe('evidence', () => {
    it('is taken at the site and verified by the auditor', async () => {
      expect(await at().types('evidence.md', 'sealift evidence keys')).toContain('site.pub');
      const said = await at().types('evidence.md', 'sealift evidence verify');
      expect(said).toContain('4.2.13');
      expect(said).toContain('"format":');
    });

    it.skipIf(minisign.missing)(`minisign takes it (${minisign.remedy})`, async () => {
      const said = await at().types('evidence.md', 'head -n 1');
      expect(said).toContain('Signature and comment signature verified');
    });

    it('the audit log is listed, exported, and verified by a checkpoint', async () => {
      const said = await at().types('accounts-and-access.md', 'sealift audit list');
      expect(said).toContain('account.create');
      expect(said).toMatch(/as it was written: \d+ entries[^]*It goes through entry \d+/);
    });

    it('its key is replaced, and the one before stays listed', async () => {
      const { keyId } = /^(?<keyId>\w{16}) /.exec(await at().runs('evidence', 'keys'))?.groups ?? {};
      await at().types('evidence.md', 'sealift evidence renew-key');
      expect(await at().runs('evidence', 'keys')).toContain(keyId);
    });
  });
}
