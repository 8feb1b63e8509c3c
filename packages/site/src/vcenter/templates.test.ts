import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Secret } from '@sealift/core/secret';
import { peer } from '@sealift/testkit/peers';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { makeDisk, packOva, sampleFiles } from '@sealift/testkit/sample-ova';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { vcenterPort } from './templates.ts';
import { VcenterSession } from './session.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 60_000 });

const simulator = peer('vcenter-simulator');
const qemu = peer('qemu-img');
const missing = [simulator, qemu, peer('govc')].find((one) => one.missing);
const never = new AbortController().signal;

describe.skipIf(missing !== undefined)(`the vCenter of the engine${missing ? ` (${missing.remedy})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-vcenter-port-'));
  let vcenter: VCenter;
  let session: VcenterSession;
  let port: ReturnType<typeof vcenterPort>;
  let ova: Buffer;

  beforeAll(async () => {
    vcenter = await startVCenter(simulator);
    const { url, username, password, caFile } = vcenter;
    const settings = { url, username, password: new Secret(password), caFile, places: {}, networks: ['VM Network'] };
    session = new VcenterSession(settings);
    port = vcenterPort(session, settings);
    ova = await packOva(sampleFiles([makeDisk(qemu.path, folder, 'node-disk1.vmdk', 4, 'a disk')]));
  }, 60_000);
  afterAll(async () => {
    await session?.close();
    await vcenter?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gets a template out of bytes that come from a registry, once', async () => {
    const sha256 = createHash('sha256').update(ova).digest('hex');
    let opened = 0;
    const request = {
      name: 'r_u-2204-0-k-12610-0',
      sha256,
      kubernetes: '1.26.10',
      sizeBytes: ova.length,
      ova: async (start = 0) => {
        opened += 1;
        return Readable.from([ova.subarray(start)]);
      },
    };
    expect(await port.findTemplate(request.name, never)).toBeNull();
    await port.importTemplate(request, never);
    const made = { name: request.name, sha256, kubernetes: '1.26.10', poweredOn: false, marked: true };
    expect(await port.findTemplate(request.name, never)).toEqual(made);
    const before = opened;
    await port.importTemplate(request, never);
    expect((await vcenter.uploads()).length).toBe(1);
    expect(opened - before).toBeLessThanOrEqual(1);
  });

  it('makes a template of one that lost its snapshot, which no template takes, and of a machine', async () => {
    const govc = (...args: string[]): string =>
      execFileSync(peer('govc').path, args, { env: { ...process.env, ...vcenter.environment }, encoding: 'utf8' });
    const name = 'r_u-2204-0-k-12610-0';
    const pool = ['-pool', '/DC0/host/DC0_C0/Resources'];
    govc('vm.markasvm', ...pool, name);
    govc('snapshot.remove', '-vm', name, '*');
    govc('vm.markastemplate', name);
    expect(await port.findTemplate(name, never)).toMatchObject({ marked: false });
    await port.markTemplate(name, never);
    expect(await port.findTemplate(name, never)).toMatchObject({ marked: true });
    govc('vm.markasvm', ...pool, name);
    await port.markTemplate(name, never);
    expect(await port.findTemplate(name, never)).toMatchObject({ marked: true });
  });

  it('goes on after the session has ended', async () => {
    await vcenter.expireSessions();
    expect(await port.findTemplate('r_u-2204-0-k-12610-0', never)).toMatchObject({ marked: true });
  });

  it('tries the login again that failed before', async () => {
    const { url, username, password, caFile } = vcenter;
    const settings = { url, username, password: new Secret(password), caFile, places: {}, networks: [] };
    const other = new VcenterSession(settings);
    const otherPort = vcenterPort(other, settings);
    await vcenter.fault({ method: 'Login', fault: { type: 'InvalidLogin' }, message: 'not now' });
    await expect(otherPort.findTemplate('r_none', never)).rejects.toMatchObject({ code: 'VSPHERE_LOGIN_REFUSED' });
    expect(await otherPort.findTemplate('r_none', never)).toBeNull();
    await other.close();
  });
});
