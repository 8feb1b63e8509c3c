// Longer than most: every way in which an import can go wrong, against one vCenter and one image that take seconds to make.
import { createHash } from 'node:crypto';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { peer } from '@sealift/testkit/peers';
import { startVCenter, type VCenter, type VCenterFaultRule } from '@sealift/testkit/vcenter';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VcenterClient } from '../client/client.ts';
import { openPackage } from '../ovf/open-package.ts';
import type { OvfPackage } from '../ovf/package.ts';
import { connectTo } from '../testing/connect.ts';
import { makeDisk, packOva, type SampleDisk, sampleFiles } from '@sealift/testkit/sample-ova';
import { parseIdentity } from './identity.ts';
import { createImportSpec } from './import-spec.ts';
import { type ImportOptions, type ImportRequest, importTemplate } from './import-template.ts';

import { abortLease, keepLease, renewalSeconds, startImport, waitForLease } from './lease.ts';
import { destroyMachine } from './machines.ts';
import { findComputePlace, findDatacenter } from './places.ts';
import { createTemplateFolder } from './template-folder.ts';
import { uploadFile } from './upload-disk.ts';

const simulator = peer('vcenter-simulator');
const govc = peer('govc');
const qemu = peer('qemu-img');
const missing = [simulator, govc, qemu].find((one) => one.missing);
const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

describe.skipIf(missing !== undefined)(
  `importTemplate${missing === undefined ? '' : ` (${missing.remedy})`}`,
  { timeout: 60_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'sealift-import-'));
    let vcenter: VCenter;
    let disk: SampleDisk;
    let ova: Buffer;
    let client: VcenterClient;
    let notes: string[];

    beforeAll(async () => {
      vcenter = await startVCenter(simulator, { folder: 'spectro-templates' });
      disk = makeDisk(qemu.path, folder, 'node-disk1.vmdk', 6, 'a disk');
      ova = await packOva(sampleFiles([disk]));
      writeFileSync(join(folder, 'node.ova'), ova);
    }, 60_000);
    afterAll(async () => {
      await vcenter.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    beforeEach(async () => {
      notes = [];
      client = await connectTo(vcenter);
    });
    afterEach(async () => {
      await client.close();
      await vcenter.clearFaults();
    });

    function run(name: string, image: string, more: Partial<ImportRequest> = {}, options: ImportOptions = {}) {
      const request = { name, networks: ['VM Network'], open: () => openPackage(image, { env: {} }), ...more };
      return importTemplate(client, request, {
        onNote: (note) => notes.push(note),
        retryDelaysMs: [1, 1, 1],
        ...options,
      });
    }

    async function refusal(running: Promise<unknown>): Promise<SealiftError> {
      const error = await running.then(
        () => undefined,
        (failure: unknown) => failure,
      );
      if (error instanceof SealiftError) return error;
      throw error instanceof Error ? error : new Error('it was imported');
    }

    const ask = (...args: string[]): string =>
      execFileSync(govc.path, args, { env: { ...process.env, ...vcenter.environment }, encoding: 'utf8' });
    const machines = (): string[] =>
      ask('find', '/', '-type', 'm')
        .split('\n')
        .filter((path) => path !== '')
        .toSorted();
    const image = (name: string): string => join(folder, name);
    const calls = async (method: string): Promise<number> =>
      (await vcenter.calls()).filter((call) => call.method === method).length;
    /** The uploads since a test began, so that tests do not see each other's. */
    async function uploadsAfter(action: () => Promise<unknown>) {
      const before = (await vcenter.uploads()).length;
      await action();
      return (await vcenter.uploads()).slice(before);
    }

    it('makes a template that govc sees in its folder, with snapshot and identity, of exactly the bytes of the disk', async () => {
      const uploads = await uploadsAfter(async () => {
        const result = await run('r_file', image('node.ova'));
        expect(result).toMatchObject({ outcome: 'imported', path: '/DC0/vm/spectro-templates/r_file' });
      });
      expect(uploads).toMatchObject([{ sha256: sha256(disk.content), sizeBytes: disk.content.length, complete: true }]);
      expect(machines()).toContain('/DC0/vm/spectro-templates/r_file');
      const [machine] = JSON.parse(ask('vm.info', '-json', 'r_file')).virtualMachines;
      expect(machine.config.template).toBe(true);
      expect(machine.snapshot.currentSnapshot.value).toMatch(/^snapshot-/);
      expect(parseIdentity(machine.config.annotation)).toEqual({
        ova: sha256(ova),
        manifest: sha256(sampleFiles([disk])[1]?.content ?? Buffer.alloc(0)),
        kubernetes: '1.26.10',
        os: 'ubuntu-22.04',
      });
    });

    it('sends nothing when the same template is there, and refuses another of its name with both digests', async () => {
      await run('r_same', image('node.ova'));
      const before = await calls('ImportVApp');
      expect((await run('r_same', image('node.ova'))).outcome).toBe('present');
      const other = await packOva(sampleFiles([{ ...disk, content: Buffer.from(disk.content).fill(1, 9000, 9100) }]));
      writeFileSync(image('other.ova'), other);
      const error = await refusal(run('r_same', image('other.ova'), { sha256: sha256(other) }));
      expect(error.code).toBe('VSPHERE_TEMPLATE_OTHER');
      expect(error.message).toContain(sha256(ova));
      expect(error.message).toContain(sha256(other));
      const byManifest = await refusal(run('r_same', image('other.ova')));
      expect(byManifest.code).toBe('VSPHERE_TEMPLATE_OTHER');
      expect(await calls('ImportVApp')).toBe(before);
    });

    it('does not touch a machine of the name whose content nothing proves', async () => {
      ask('vm.create', '-on=false', '-folder', '/DC0/vm/spectro-templates', '-net', 'VM Network', 'r_by-hand');
      expect((await refusal(run('r_by-hand', image('node.ova')))).code).toBe('VSPHERE_TEMPLATE_UNPROVEN');
    });

    it('imports an unpacked folder, its disks at the same time', async () => {
      const disks = [1, 2, 3].map((n) => makeDisk(qemu.path, folder, `disk-${n}.vmdk`, 2, `disk ${n}`));
      mkdirSync(image('unpacked'));
      for (const { name, content } of sampleFiles(disks, 'sha1')) writeFileSync(join(image('unpacked'), name), content);
      const counter = { open: 0, most: 0 };
      const open = async () => counting(await openPackage(image('unpacked'), { env: {} }), counter);
      const uploads = await uploadsAfter(() => run('r_folder', '', { open }));
      expect(counter.most).toBeGreaterThan(1);
      expect(uploads.map((upload) => upload.sha256).toSorted()).toEqual(
        disks.map((one) => sha256(one.content)).toSorted(),
      );
      const [machine] = JSON.parse(ask('vm.info', '-json', 'r_folder')).virtualMachines;
      expect(parseIdentity(machine.config.annotation)?.ova).toBeUndefined();
      expect((await run('r_folder', image('unpacked'))).outcome).toBe('present');
    });

    it('imports from a URL and goes on where the line was cut', async () => {
      const ranges: string[] = [];
      let left = 3;
      const server = createServer((request, response) => {
        const { range = '' } = request.headers;
        ranges.push(range);
        const start = Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
        const head = { etag: '"one"', 'content-length': ova.length - start };
        response.writeHead(range === '' ? 200 : 206, {
          ...head,
          ...(range === '' ? {} : { 'content-range': `bytes ${start}-${ova.length - 1}/${ova.length}` }),
        });
        left -= 1;
        if (left < 0) response.end(ova.subarray(start));
        else response.write(ova.subarray(start, start + 1_000_000), () => setImmediate(() => response.destroy()));
      });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const address = server.address();
      const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/images/node.ova?token=secret`;
      try {
        const open = () => openPackage(url, { env: {}, retryDelaysMs: [1, 1, 1] });
        const uploads = await uploadsAfter(async () => {
          const { identity } = await run('r_url', url, { open, sha256: sha256(ova) });
          expect(identity.ova).toBe(sha256(ova));
        });
        expect(uploads).toMatchObject([{ sha256: sha256(disk.content), complete: true }]);
        expect(ranges).toHaveLength(4);
        expect(ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range))).toBe(true);
      } finally {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
    });

    it('leaves nothing of an image whose disk is not what its manifest says', async () => {
      const files = sampleFiles([disk]);
      const damaged = files.map((file) => {
        return file.name === disk.name ? { ...file, content: Buffer.from(file.content).fill(7, 50_000, 50_001) } : file;
      });
      writeFileSync(image('damaged.ova'), await packOva(damaged));
      const before = machines();
      const uploads = await uploadsAfter(async () => {
        expect((await refusal(run('r_damaged', image('damaged.ova')))).code).toBe('OVA_DIGEST_MISMATCH');
      });
      await waitUntil('the cut upload to be recorded', async () => (await vcenter.uploads()).length > 0);
      expect(uploads.some(({ complete }) => complete)).toBe(false);
      expect(machines()).toEqual(before);
      const wrong = await refusal(run('r_damaged', image('node.ova'), { sha256: 'a'.repeat(64) }));
      expect(wrong.code).toBe('OVA_OTHER');
      expect(machines()).toEqual(before);
    });

    it.each<[string, VCenterFaultRule, string, string]>([
      [
        'the account may not import',
        { method: 'ImportVApp', fault: noPermission('VApp.Import') },
        'VSPHERE_PERMISSION_DENIED',
        'VApp.Import',
      ],
      [
        'the datastore is full',
        { method: 'ImportVApp', leaseFault: { type: 'NoDiskSpace', fields: { datastore: 'x' } } },
        'VSPHERE_DATASTORE_FULL',
        'space',
      ],
      [
        'the snapshot fails',
        { method: 'CreateSnapshot_Task', taskFault: { type: 'NoDiskSpace' } },
        'VSPHERE_DATASTORE_FULL',
        'space',
      ],
      [
        'the mark is refused',
        { method: 'MarkAsTemplate', fault: noPermission('VirtualMachine.Provisioning.MarkAsTemplate') },
        'VSPHERE_PERMISSION_DENIED',
        'MarkAsTemplate',
      ],
      [
        'the annotation is refused',
        { method: 'ReconfigVM_Task', fault: noPermission('VirtualMachine.Config.Annotation') },
        'VSPHERE_PERMISSION_DENIED',
        'Annotation',
      ],
      [
        'the name was taken meanwhile',
        { method: 'Rename_Task', taskFault: { type: 'DuplicateName', fields: { name: 'r_x' } } },
        'VSPHERE_NAME_TAKEN',
        'r_x',
      ],
      [
        'the host refuses the upload',
        { method: 'PUT', status: 507, message: 'no room' },
        'VSPHERE_UPLOAD_FAILED',
        'no room',
      ],
    ])('leaves nothing when %s', async (_, rule, code, word) => {
      const before = machines();
      await vcenter.fault(rule);
      const error = await refusal(run('r_refused', image('node.ova')));
      expect([error.code, error.message]).toEqual([code, expect.stringContaining(word)]);
      expect(machines()).toEqual(before);
    });

    it('refuses before anything is sent when the datastore is too small', async () => {
      const open = async () =>
        Object.defineProperty(await openPackage(image('node.ova'), { env: {} }), 'totalBytes', { value: 2 ** 52 });
      expect((await refusal(run('r_huge', '', { open }))).code).toBe('VSPHERE_DATASTORE_FULL');
    });

    it('sends a disk anew when the line is cut inside of it', async () => {
      await vcenter.fault({ method: 'PUT', count: 2, cutAfterBytes: 1_500_000 });
      const uploads = await uploadsAfter(() => run('r_cut', image('node.ova')));
      expect(uploads.map(({ complete }) => complete)).toEqual([false, false, true]);
      expect(uploads.at(-1)?.sha256).toBe(sha256(disk.content));
      const [machine] = JSON.parse(ask('vm.info', '-json', 'r_cut')).virtualMachines;
      expect(parseIdentity(machine.config.annotation)?.ova).toBe(sha256(ova));
    });

    it.each([
      'ImportVApp',
      'CreateSnapshot_Task',
      'MarkAsTemplate',
      'ReconfigVM_Task',
      'Rename_Task',
      'HttpNfcLeaseComplete',
    ])('ends in one template or none when the answer to %s is lost', async (method) => {
      const name = `r_lost-${method}`;
      const before = machines();
      await vcenter.fault({ method, dropAnswer: true });
      const failed = await run(name, image('node.ova')).then(
        () => false,
        () => true,
      );
      if (failed) expect(machines()).toEqual(before);
      await run(name, image('node.ova'));
      expect(machines()).toEqual([...before, `/DC0/vm/spectro-templates/${name}`].toSorted());
    });

    it.each(['CreateImportSpec', 'ImportVApp', 'WaitForUpdatesEx', 'PUT', 'CreateSnapshot_Task', 'Rename_Task'])(
      'comes to its end when the session ends at %s',
      async (method) => {
        const name = `r_expired-${method}`;
        await vcenter.fault({ method, expireSessions: true });
        expect((await run(name, image('node.ova'))).outcome).toBe('imported');
        const own = machines().filter((path) => path.includes(name));
        expect(own).toEqual([`/DC0/vm/spectro-templates/${name}`]);
      },
    );

    it('gives up when vCenter received something else than was sent', async () => {
      const before = machines();
      const open = async () => lying(await openPackage(image('unpacked'), { env: {} }));
      const error = await refusal(run('r_received', '', { open }));
      expect([error.code, error.message]).toEqual(['VSPHERE_RECEIVED_OTHER', expect.stringContaining('ffffffff')]);
      expect(machines()).toEqual(before);
    });

    it('sends to the host that a lease names: * is vCenter itself, another one is known by its thumbprint', async () => {
      const datacenter = await findDatacenter(client, undefined);
      const compute = await findComputePlace(client, datacenter, {});
      const folderRef = await createTemplateFolder(client, datacenter);
      const ovf = await openPackage(image('unpacked'), { env: {} });
      const options = { name: 'r_star', annotation: '', networks: ['VM Network'] };
      const { spec, fileItems } = await createImportSpec(client, ovf, compute, options);
      const ready = await waitForLease(client, await startImport(client, compute.resourcePool, spec, folderRef));
      const [device] = ready.deviceUrls;
      const [item] = fileItems;
      if (device === undefined || item === undefined) throw new Error('no device');
      const url = device.url.replace('127.0.0.1', '*');
      const send = async (sslThumbprint: string | undefined) => {
        for await (const file of ovf.files()) {
          const cancel = new AbortController().signal;
          const failure = () => Promise.resolve(undefined);
          return await uploadFile(client, { ...device, url, sslThumbprint }, item, file, {
            cancel,
            failure,
            onBytes: () => undefined,
          });
        }
      };
      const uploads = await uploadsAfter(async () => {
        for (const thumbprint of [undefined, vcenter.thumbprintSha1, vcenter.thumbprint]) await send(thumbprint);
        expect((await refusal(send('AB:'.repeat(20).slice(0, -1)))).code).toBe('VSPHERE_THUMBPRINT_MISMATCH');
      });
      expect(uploads.map(({ complete }) => complete)).toEqual([true, true, true]);
      await abortLease(client, ready.lease);
      await destroyMachine(client, ready.entity);
    });

    it('tells its progress to the lease often enough, also while nothing moves', async () => {
      expect([300, 60, 30, 6].map(renewalSeconds)).toEqual([5, 5, 5, 1]);
      const datacenter = await findDatacenter(client, undefined);
      const compute = await findComputePlace(client, datacenter, {});
      const folderRef = await createTemplateFolder(client, datacenter);
      const ovf = await openPackage(image('node.ova'), { env: {} });
      const options = { name: 'r_slow', annotation: '', networks: ['VM Network'] };
      const { spec } = await createImportSpec(client, ovf, compute, options);
      const ready = await waitForLease(client, await startImport(client, compute.resourcePool, spec, folderRef));
      const before = await calls('HttpNfcLeaseProgress');
      const stop = new AbortController();
      const keeping = keepLease(
        client,
        { ...ready, timeoutSeconds: 1 },
        { percent: () => 0, onLost: () => undefined, stop: stop.signal },
      );
      await waitUntil('a second renewal', async () => (await calls('HttpNfcLeaseProgress')) >= before + 2);
      stop.abort();
      await keeping;
      await abortLease(client, ready.lease);
      await destroyMachine(client, ready.entity);
      await ovf[Symbol.asyncDispose]();
    });

    it('stops on request and leaves nothing', async () => {
      const before = machines();
      const stop = new AbortController();
      await vcenter.fault({ method: 'PUT', delayMs: 3000 });
      const running = refusal(run('r_stopped', image('node.ova'), {}, { cancel: stop.signal }));
      await waitUntil(
        'the upload',
        async () => (await calls('HttpNfcLeaseProgress')) > 0 && machines().length > before.length,
      );
      stop.abort();
      expect((await running).code).toBe('CANCELLED');
      expect(machines()).toEqual(before);
    });

    it.each(['PUT', 'CreateSnapshot_Task', 'Rename_Task'])(
      'removes what an import that was killed at %s had left, or finishes what had arrived whole, and only that',
      async (method) => {
        const name = `r_killed-${method}`;
        const before = method === 'PUT' ? 0 : await calls(method);
        await vcenter.fault({ method, delayMs: 20_000 });
        const child = spawn(process.execPath, [new URL('../testing/import-process.ts', import.meta.url).pathname], {
          env: {
            ...process.env,
            IMPORT: JSON.stringify({
              url: vcenter.url,
              username: vcenter.username,
              thumbprint: vcenter.thumbprint,
              name,
              image: image('node.ova'),
            }),
            IMPORT_PASSWORD: vcenter.password,
          },
          stdio: 'inherit',
        });
        const ended = new Promise((done) => child.once('close', done));
        const isLeftover = (path: string): boolean => path.includes(`/${name}.sealift-`);
        try {
          await waitUntil(
            'the import to hang',
            async () => machines().some(isLeftover) && (method === 'PUT' || (await calls(method)) > before),
          );
        } finally {
          child.kill('SIGKILL');
          await ended;
        }
        await vcenter.clearFaults();
        ask(
          'vm.create',
          '-on=false',
          '-folder',
          '/DC0/vm/spectro-templates',
          '-net',
          'VM Network',
          `${name}.sealift-0123456789ab`,
        );
        const uploads = await uploadsAfter(() => run(name, image('node.ova')));
        expect(uploads).toHaveLength(method === 'PUT' ? 1 : 0);
        expect(notes.filter((note) => note.startsWith('removed'))).toHaveLength(method === 'PUT' ? 1 : 0);
        expect(machines().filter(isLeftover)).toEqual([`/DC0/vm/spectro-templates/${name}.sealift-0123456789ab`]);
        expect(machines()).toContain(`/DC0/vm/spectro-templates/${name}`);
      },
    );

    it('changes nothing in a dry run, and says which folder is missing', async () => {
      const before = machines();
      const result = await run('r_planned', image('node.ova'), { dryRun: true });
      expect(result).toMatchObject({ outcome: 'planned', compute: { cluster: 'DC0_C0', datastore: 'LocalDS_0' } });
      const error = await refusal(run('r_planned', image('node.ova'), { folder: 'a/b' }));
      expect([error.code, error.message]).toEqual(['VSPHERE_FOLDER_MISSING', expect.stringContaining('/DC0/vm/a/b')]);
      await run('r_nested', image('node.ova'), { folder: 'a/b', createFolder: true });
      expect(machines()).toEqual([...before, '/DC0/vm/a/b/r_nested'].toSorted());
    });

    it.each<[string, Partial<ImportRequest>, string, string]>([
      ['network', { networks: [] }, 'VSPHERE_CHOICE_NEEDED', 'VM Network, DC0_DVPG0'],
      ['network', { networks: ['nic0=nowhere'] }, 'VSPHERE_PLACE_UNKNOWN', 'nowhere'],
      ['datastore', { datastore: 'nowhere' }, 'VSPHERE_PLACE_UNKNOWN', 'LocalDS_0'],
      ['cluster', { cluster: 'nowhere' }, 'VSPHERE_PLACE_UNKNOWN', 'DC0_C0'],
      ['datacenter', { datacenter: 'nowhere' }, 'VSPHERE_PLACE_UNKNOWN', 'DC0'],
      ['resource pool', { resourcePool: 'nowhere' }, 'VSPHERE_PLACE_UNKNOWN', 'Resources'],
    ])('lists what there is when the %s is not clear', async (_, more, code, word) => {
      const error = await refusal(run('r_places', image('node.ova'), more));
      expect([error.code, error.message]).toEqual([code, expect.stringContaining(word)]);
    });
  },
);

/** Counts how many files of a package are being read at a time, and holds the first back until there is a second. */
function counting(ovf: OvfPackage, counter: { open: number; most: number }): OvfPackage {
  return {
    ...ovf,
    async *files() {
      for await (const file of ovf.files()) {
        const open = async function* () {
          counter.open += 1;
          counter.most = Math.max(counter.most, counter.open);
          await waitUntil('a second file to be read', () => counter.most > 1);
          yield* file.open();
          counter.open -= 1;
        };
        yield { ...file, open };
      }
    },
  };
}

/** Files that tell another SHA-1 than they have, which is what damage on the way looks like. */
function lying(ovf: OvfPackage): OvfPackage {
  return {
    ...ovf,
    async *files() {
      for await (const file of ovf.files()) yield { ...file, digest: () => 'f'.repeat(40) };
    },
  };
}

function noPermission(privilegeId: string) {
  return { type: 'NoPermission', fields: { object: { type: 'Folder', value: 'group-4' }, privilegeId } };
}
