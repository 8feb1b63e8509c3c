import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Desk } from './desk.ts';

/** Who may do what, at a console of which the desk has an administrator, whose password is in the file `password`. */
export function typeAccess(at: () => Desk): void {
  describe('accounts and access', () => {
    it('an account is made, changed and removed, and the own password changed', async () => {
      const chosen = 'five other random words here';
      const said = await at().types('accounts-and-access.md', 'sealift accounts create', {}, [
        ['Password of now: ', at().read('password')],
        ['New password: ', chosen],
        ['New password again: ', chosen],
      ]);
      expect(said).toMatch(/#token=\S+[^]*ann[^]*The password is changed/);
      at().put('password', chosen);
    });

    it('a token is made, listed and revoked', async () => {
      const { id } = JSON.parse(await at().runs('tokens', 'create', 'old', '--json')) as { id: string };
      const instead = { '/etc/pipeline/sealift-token': 'sealift-token', ID: id };
      const said = await at().types('accounts-and-access.md', 'sealift tokens create', instead);
      expect(said).toMatch(/pipeline {2}of admin {2}Viewer {2}until \S+ {2}never used/);
      expect(statSync(at().path('sealift-token')).mode & 0o777).toBe(0o600);
      const listed = await at().runs('tokens', 'list');
      expect([listed.includes('pipeline'), listed.includes(id)]).toEqual([true, false]);
    });

    it('a second person is asked for', async () => {
      const said = await at().types('accounts-and-access.md', 'sealift accounts policy');
      await at().runs('accounts', 'policy', '--second-person', 'off');
      expect(said).toContain('An upgrade starts when another person than the one who asked for it approves.');
    });
  });
}
