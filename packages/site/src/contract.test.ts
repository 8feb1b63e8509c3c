import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { peer } from '@sealift/testkit/peers';
import { nothingApplied } from '@sealift/testkit/upgrade/nothing-applied';
import { startVCenter } from '@sealift/testkit/vcenter';
import { vcenterContract } from '@sealift/upgrade/ports/contract/vcenter';
import { makeDisk, packOva, sampleFiles } from '@sealift/testkit/sample-ova';
import { afterAll, describe, vi } from 'vitest';
import { connectSite } from './connect-site.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 60_000 });

const simulator = peer('vcenter-simulator');
const qemu = peer('qemu-img');
const missing = [simulator, qemu].find((one) => one.missing);

describe.skipIf(missing !== undefined)(`the drivers of a site${missing ? ` (${missing.remedy})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-contract-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let ova: Promise<Buffer> | undefined;

  vcenterContract(
    'a vCenter over its API',
    async () => {
      const vcenter = await startVCenter(simulator);
      const { url, username, password, caFile } = vcenter;
      const login = { url, username, password: new Secret(password), caFile };
      const site = connectSite({ ...login, places: {}, networks: ['VM Network'] }, nothingApplied);
      const close = async (): Promise<void> => {
        await site.close();
        await vcenter.stop();
      };
      return { port: site.vcenter, close };
    },
    () => (ova ??= packOva(sampleFiles([makeDisk(qemu.path, folder, 'node-disk1.vmdk', 4, 'a disk')]))),
  );
});
