import { spawn } from 'node:child_process';
import type { VCenterFaultRule } from '@sealift/testkit/vcenter';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPackage } from '../ovf/open-package.ts';
import type { OvfPackage } from '../ovf/package.ts';
import { ImportBench, missingPeer, sha256Of } from '../testing/import-bench.ts';
import { parseIdentity } from './identity.ts';

describe.skipIf(missingPeer !== undefined)(
  `an import that meets a failure${missingPeer === undefined ? '' : ` (${missingPeer.remedy})`}`,
  { timeout: 60_000 },
  () => {
    let bench: ImportBench;
    beforeAll(async () => {
      bench = await ImportBench.start({}, 6);
    }, 60_000);
    afterAll(() => bench?.stop());
    afterEach(() => bench.vcenter.clearFaults());

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
      const before = bench.machines();
      await bench.vcenter.fault(rule);
      const error = await bench.refusal(bench.import('r_refused'));
      expect([error.code, error.message]).toEqual([code, expect.stringContaining(word)]);
      expect(bench.machines()).toEqual(before);
    });

    it('refuses before anything is sent when the datastore is too small', async () => {
      const open = async () =>
        Object.defineProperty(await openPackage(bench.image, { env: {} }), 'totalBytes', { value: 2 ** 52 });
      expect((await bench.refusal(bench.import('r_huge', { open }))).code).toBe('VSPHERE_DATASTORE_FULL');
    });

    it('sends a disk anew when the line is cut inside of it', async () => {
      await bench.vcenter.fault({ method: 'PUT', count: 2, cutAfterBytes: 1_500_000 });
      const uploads = await bench.uploadsDuring(() => bench.import('r_cut'));
      expect(uploads.map(({ complete }) => complete)).toEqual([false, false, true]);
      expect(uploads.at(-1)?.sha256).toBe(sha256Of(bench.disk.content));
      const [machine] = JSON.parse(bench.govc('vm.info', '-json', 'r_cut')).virtualMachines;
      expect(parseIdentity(machine.config.annotation)?.ova).toBe(sha256Of(bench.ova));
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
      const before = bench.machines();
      await bench.vcenter.fault({ method, dropAnswer: true });
      const failed = await bench.import(name).then(
        () => false,
        () => true,
      );
      if (failed) expect(bench.machines()).toEqual(before);
      await bench.import(name);
      expect(bench.machines()).toEqual([...before, `/DC0/vm/spectro-templates/${name}`].toSorted());
    });

    it.each(['CreateImportSpec', 'ImportVApp', 'WaitForUpdatesEx', 'PUT', 'CreateSnapshot_Task', 'Rename_Task'])(
      'comes to its end when the session ends at %s',
      async (method) => {
        const name = `r_expired-${method}`;
        await bench.vcenter.fault({ method, expireSessions: true });
        expect((await bench.import(name)).outcome).toBe('imported');
        const own = bench.machines().filter((path) => path.includes(name));
        expect(own).toEqual([`/DC0/vm/spectro-templates/${name}`]);
      },
    );

    it('gives up when vCenter received something else than was sent', async () => {
      const before = bench.machines();
      const open = async () => lying(await openPackage(bench.unpack('unpacked'), { env: {} }));
      const error = await bench.refusal(bench.import('r_received', { open }));
      expect([error.code, error.message]).toEqual(['VSPHERE_RECEIVED_OTHER', expect.stringContaining('ffffffff')]);
      expect(bench.machines()).toEqual(before);
    });

    it('stops on request and leaves nothing', async () => {
      const before = bench.machines();
      const stop = new AbortController();
      await bench.vcenter.fault({ method: 'PUT', delayMs: 3000 });
      const running = bench.refusal(bench.import('r_stopped', {}, { cancel: stop.signal }));
      await waitUntil(
        'the upload',
        async () => (await bench.calls('HttpNfcLeaseProgress')) > 0 && bench.machines().length > before.length,
      );
      stop.abort();
      expect((await running).code).toBe('CANCELLED');
      expect(bench.machines()).toEqual(before);
    });

    it.each(['PUT', 'CreateSnapshot_Task', 'Rename_Task'])(
      'removes what an import that was killed at %s had left, or finishes what had arrived whole, and only that',
      async (method) => {
        const name = `r_killed-${method}`;
        const before = method === 'PUT' ? 0 : await bench.calls(method);
        const room = bench.freeBytes();
        await bench.vcenter.fault({ method, delayMs: 20_000 });
        const child = spawn(process.execPath, [new URL('../testing/import-process.ts', import.meta.url).pathname], {
          env: {
            ...process.env,
            IMPORT: JSON.stringify({
              url: bench.vcenter.url,
              username: bench.vcenter.username,
              thumbprint: bench.vcenter.thumbprint,
              name,
              image: bench.image,
            }),
            IMPORT_PASSWORD: bench.vcenter.password,
          },
          stdio: 'inherit',
        });
        const ended = new Promise((done) => child.once('close', done));
        const isLeftover = (path: string): boolean => path.includes(`/${name}.sealift-`);
        try {
          await waitUntil(
            'the import to hang',
            async () => bench.machines().some(isLeftover) && (method === 'PUT' || (await bench.calls(method)) > before),
          );
        } finally {
          child.kill('SIGKILL');
          await ended;
        }
        await bench.vcenter.clearFaults();
        bench.govc(
          'vm.create',
          '-on=false',
          '-folder',
          '/DC0/vm/spectro-templates',
          '-net',
          'VM Network',
          `${name}.sealift-0123456789ab`,
        );
        // What was left takes room that is there again once it is gone.
        expect(bench.freeBytes()).toBeLessThan(room);
        const open = async () =>
          Object.defineProperty(await openPackage(bench.image, { env: {} }), 'totalBytes', { value: room });
        const uploads = await bench.uploadsDuring(() => bench.import(name, { open }));
        expect(uploads).toHaveLength(method === 'PUT' ? 1 : 0);
        expect(bench.notes.filter((note) => note.startsWith('removed'))).toHaveLength(method === 'PUT' ? 1 : 0);
        expect(bench.machines().filter(isLeftover)).toEqual([`/DC0/vm/spectro-templates/${name}.sealift-0123456789ab`]);
        expect(bench.machines()).toContain(`/DC0/vm/spectro-templates/${name}`);
      },
    );
  },
);

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
