import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { makeDisk, packOva, sampleFiles } from '@sealift/testkit/sample-ova';
import { peer } from '@sealift/testkit/peers';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPackage } from '../ovf/open-package.ts';
import type { OvfPackage } from '../ovf/package.ts';
import { ImportBench, missingPeer, sha256Of } from '../testing/import-bench.ts';
import { parseIdentity } from './identity.ts';
import type { ImportRequest } from './import-request.ts';

const qemu = peer('qemu-img');

describe.skipIf(missingPeer !== undefined)(
  `importTemplate${missingPeer === undefined ? '' : ` (${missingPeer.remedy})`}`,
  { timeout: 60_000 },
  () => {
    let bench: ImportBench;
    beforeAll(async () => {
      bench = await ImportBench.start({}, 6);
    }, 60_000);
    afterAll(() => bench?.stop());
    afterEach(() => bench.vcenter.clearFaults());
    const image = (name: string): string => join(bench.folder, name);

    it('makes a template that govc sees in its folder, with snapshot and identity, of exactly the bytes of the disk', async () => {
      const uploads = await bench.uploadsDuring(async () => {
        const result = await bench.import('r_file');
        expect(result).toMatchObject({ outcome: 'imported', path: '/DC0/vm/spectro-templates/r_file' });
      });
      expect(uploads).toMatchObject([
        { sha256: sha256Of(bench.disk.content), sizeBytes: bench.disk.content.length, complete: true },
      ]);
      expect(bench.machines()).toContain('/DC0/vm/spectro-templates/r_file');
      const [machine] = JSON.parse(bench.govc('vm.info', '-json', 'r_file')).virtualMachines;
      expect(machine.config.template).toBe(true);
      expect(machine.snapshot.currentSnapshot.value).toMatch(/^snapshot-/);
      expect(parseIdentity(machine.config.annotation)).toEqual({
        ova: sha256Of(bench.ova),
        manifest: sha256Of(sampleFiles([bench.disk])[1]?.content ?? Buffer.alloc(0)),
        kubernetes: '1.26.10',
        os: 'ubuntu-22.04',
      });
    });

    it('sends nothing when the same template is there, and refuses another of its name with both digests', async () => {
      await bench.import('r_same');
      const before = await bench.calls('ImportVApp');
      expect((await bench.import('r_same')).outcome).toBe('present');
      const other = await packOva(
        sampleFiles([{ ...bench.disk, content: Buffer.from(bench.disk.content).fill(1, 9000, 9100) }]),
      );
      writeFileSync(image('other.ova'), other);
      const error = await bench.refusal(bench.import('r_same', { image: image('other.ova'), sha256: sha256Of(other) }));
      expect(error.code).toBe('VSPHERE_TEMPLATE_OTHER');
      expect(error.message).toContain(sha256Of(bench.ova));
      expect(error.message).toContain(sha256Of(other));
      const byManifest = await bench.refusal(bench.import('r_same', { image: image('other.ova') }));
      expect(byManifest.code).toBe('VSPHERE_TEMPLATE_OTHER');
      expect(await bench.calls('ImportVApp')).toBe(before);
    });

    it('does not touch a machine of the name whose content nothing proves', async () => {
      bench.govc('vm.create', '-on=false', '-folder', '/DC0/vm/spectro-templates', '-net', 'VM Network', 'r_by-hand');
      expect((await bench.refusal(bench.import('r_by-hand'))).code).toBe('VSPHERE_TEMPLATE_UNPROVEN');
    });

    it('imports an unpacked folder, its disks at the same time', async () => {
      const disks = [1, 2, 3].map((n) => makeDisk(qemu.path, bench.folder, `disk-${n}.vmdk`, 2, `disk ${n}`));
      mkdirSync(image('unpacked'));
      for (const { name, content } of sampleFiles(disks, 'sha1')) writeFileSync(join(image('unpacked'), name), content);
      const counter = { open: 0, most: 0 };
      const open = async () => counting(await openPackage(image('unpacked'), { env: {} }), counter);
      const uploads = await bench.uploadsDuring(() => bench.import('r_folder', { open }));
      expect(counter.most).toBeGreaterThan(1);
      expect(uploads.map((upload) => upload.sha256).toSorted()).toEqual(
        disks.map((one) => sha256Of(one.content)).toSorted(),
      );
      const [machine] = JSON.parse(bench.govc('vm.info', '-json', 'r_folder')).virtualMachines;
      expect(parseIdentity(machine.config.annotation)?.ova).toBeUndefined();
      expect((await bench.import('r_folder', { image: image('unpacked') })).outcome).toBe('present');
    });

    it('imports from a URL and goes on where the line was cut', async () => {
      const ranges: string[] = [];
      let left = 3;
      const server = createServer((request, response) => {
        const { range = '' } = request.headers;
        ranges.push(range);
        const start = Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
        const head = { etag: '"one"', 'content-length': bench.ova.length - start };
        response.writeHead(range === '' ? 200 : 206, {
          ...head,
          ...(range === '' ? {} : { 'content-range': `bytes ${start}-${bench.ova.length - 1}/${bench.ova.length}` }),
        });
        left -= 1;
        if (left < 0) response.end(bench.ova.subarray(start));
        else response.write(bench.ova.subarray(start, start + 1_000_000), () => setImmediate(() => response.destroy()));
      });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const address = server.address();
      const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/images/node.ova?token=secret`;
      try {
        const open = () => openPackage(url, { env: {}, retryDelaysMs: [1, 1, 1] });
        const uploads = await bench.uploadsDuring(async () => {
          const { identity } = await bench.import('r_url', { open, sha256: sha256Of(bench.ova) });
          expect(identity.ova).toBe(sha256Of(bench.ova));
        });
        expect(uploads).toMatchObject([{ sha256: sha256Of(bench.disk.content), complete: true }]);
        expect(ranges).toHaveLength(4);
        expect(ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range))).toBe(true);
      } finally {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
    });

    it('leaves nothing of an image whose disk is not what its manifest says', async () => {
      const files = sampleFiles([bench.disk]);
      const damaged = files.map((file) => {
        return file.name === bench.disk.name
          ? { ...file, content: Buffer.from(file.content).fill(7, 50_000, 50_001) }
          : file;
      });
      writeFileSync(image('damaged.ova'), await packOva(damaged));
      const before = bench.machines();
      const uploads = await bench.uploadsDuring(async () => {
        expect((await bench.refusal(bench.import('r_damaged', { image: image('damaged.ova') }))).code).toBe(
          'OVA_DIGEST_MISMATCH',
        );
      });
      await waitUntil('the cut upload to be recorded', async () => (await bench.vcenter.uploads()).length > 0);
      expect(uploads.some(({ complete }) => complete)).toBe(false);
      expect(bench.machines()).toEqual(before);
      const wrong = await bench.refusal(bench.import('r_damaged', { sha256: 'a'.repeat(64) }));
      expect(wrong.code).toBe('OVA_OTHER');
      expect(bench.machines()).toEqual(before);
    });

    it('changes nothing in a dry run, and says which folder is missing', async () => {
      const before = bench.machines();
      const result = await bench.import('r_planned', { dryRun: true });
      expect(result).toMatchObject({ outcome: 'planned', compute: { cluster: 'DC0_C0', datastore: 'LocalDS_0' } });
      const error = await bench.refusal(bench.import('r_planned', { folder: 'a/b' }));
      expect([error.code, error.message]).toEqual(['VSPHERE_FOLDER_MISSING', expect.stringContaining('/DC0/vm/a/b')]);
      await bench.import('r_nested', { folder: 'a/b', createFolder: true });
      expect(bench.machines()).toEqual([...before, '/DC0/vm/a/b/r_nested'].toSorted());
    });

    it.each<[string, Partial<ImportRequest>, string, string]>([
      ['network', { networks: [] }, 'VSPHERE_CHOICE_NEEDED', 'VM Network, DC0_DVPG0'],
      ['network', { networks: ['nic0=nowhere'] }, 'VSPHERE_PLACE_UNKNOWN', 'nowhere'],
      ['datastore', { datastore: 'nowhere' }, 'VSPHERE_PLACE_UNKNOWN', 'LocalDS_0'],
      ['cluster', { cluster: 'nowhere' }, 'VSPHERE_PLACE_UNKNOWN', 'DC0_C0'],
      ['datacenter', { datacenter: 'nowhere' }, 'VSPHERE_PLACE_UNKNOWN', 'DC0'],
      ['resource pool', { resourcePool: 'nowhere' }, 'VSPHERE_PLACE_UNKNOWN', 'Resources'],
    ])('lists what there is when the %s is not clear', async (_, more, code, word) => {
      const error = await bench.refusal(bench.import('r_places', more));
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
