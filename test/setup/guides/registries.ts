import { type DockerRegistry, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { validCertificate } from '@sealift/testkit/certificates';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Desk } from './desk.ts';

const dockerRegistry = peer('docker-registry');
/** `htpasswd -nbBC 4 'robot$sealift' secret` */
const htpasswd = 'robot$sealift:$2y$04$u/VMB/AU/utSx8snTd8WNuaG0IF40LfW6P8b9Kmn0eyKfIEx0wBsy\n';

/** Registries beside the console's own. */
export function typeRegistries(at: () => Desk): void {
  describe.skipIf(dockerRegistry.missing)(`registries (${dockerRegistry.remedy})`, () => {
    let harbor: DockerRegistry;
    let here: Readonly<Record<string, string>>;
    beforeAll(async () => {
      harbor = await startDockerRegistry(dockerRegistry, htpasswd, { tls: true });
      here = { 'harbor.example:8443': harbor.registry };
      at().put('harbor-ca.pem', validCertificate);
      at().put('robot.txt', 'secret\n');
      at().put('new.txt', 'secret\n');
    });
    afterAll(() => harbor?.stop());

    it('one is added, and mirrored to and from', async () => {
      const added = await at().types('registries.md', 'sealift registry add', here);
      expect(added).toContain('ok: Content may be pushed to it');
      expect(added).toContain('The registry harbor is added');
      const mirrored = await at().types('registries.md', 'sealift registry mirror');
      expect(mirrored).toMatch(
        /3 parts mirrored, 0 of them there before[^]*9 parts there already[^]*No mirror is under way/,
      );
    });

    it('it is looked at, changed and removed', async () => {
      const said = await at().types('registries.md', 'sealift registry ls');
      expect(said).toContain('platform/packs/sealift-catalog\n');
      expect(said).toContain('The registry harbor is changed.');
      expect(said).toContain('The registry harbor is removed from the console');
    });
  });
}
