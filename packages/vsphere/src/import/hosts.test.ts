import { createServer } from 'node:https';
import { gzipSync } from 'node:zlib';
import { expiredCertificate, testKey } from '@sealift/testkit/certificates';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VcenterClient } from '../client/client.ts';
import { openPackage } from '../ovf/open-package.ts';
import { sampleFiles } from '@sealift/testkit/sample-ova';
import { ImportBench, missingPeer, sha256Of } from '../testing/import-bench.ts';
import { uploadFile } from './upload-disk.ts';

describe.skipIf(missingPeer !== undefined)(
  `a host that disks are sent to${missingPeer === undefined ? '' : ` (${missingPeer.remedy})`}`,
  { timeout: 60_000 },
  () => {
    let bench: ImportBench;
    let client: VcenterClient;
    beforeAll(async () => {
      bench = await ImportBench.start();
      client = await bench.connect();
    }, 60_000);
    afterAll(async () => {
      await client?.close();
      await bench?.stop();
    });

    /** What an upload to a place fails with, and how many bytes it said had left. */
    async function send(
      url: string,
    ): Promise<{ readonly error: Awaited<ReturnType<ImportBench['refusal']>>; readonly told: number[] }> {
      const told: number[] = [];
      const device = { key: 'k', importKey: 'i', url, sslThumbprint: undefined };
      const item = { deviceId: 'i', path: bench.disk.name, create: false };
      await using ovf = await openPackage(bench.image, { env: {} });
      for await (const file of ovf.files()) {
        const sending = uploadFile(client, device, item, file, {
          cancel: new AbortController().signal,
          failure: () => Promise.resolve(undefined),
          onBytes: (bytes) => told.push(bytes),
          retryDelaysMs: [],
        });
        return { error: await bench.refusal(sending), told };
      }
      throw new Error('no file');
    }

    it('is named when its name is not known, with what it needs, and nothing counts as sent', async () => {
      const { error, told } = await send('https://esx1.invalid/nfc/disk');
      expect([error.code, error.message]).toEqual([
        'VSPHERE_UNREACHABLE',
        expect.stringMatching(/^ESXi host esx1\.invalid cannot be reached/),
      ]);
      expect(error.hint).toMatch(/resolve the name.*port/);
      expect(error.message).not.toContain('vCenter');
      expect(Math.max(0, ...told)).toBe(0);
    });

    it('is named when nothing listens there', async () => {
      const { error, told } = await send('https://127.0.0.1:9/nfc/disk');
      expect(error.message).toMatch(/^ESXi host 127\.0\.0\.1:9 cannot be reached/);
      expect(Math.max(0, ...told)).toBe(0);
    });

    it('is named when its certificate has expired, and not asked to be pinned', async () => {
      const server = createServer(
        { key: testKey, cert: expiredCertificate },
        (_request, response) => void response.end(),
      );
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : 0;
      try {
        const { error } = await send(`https://localhost:${port}/nfc/disk`);
        expect([error.code, error.message]).toEqual([
          'VSPHERE_CERTIFICATE_UNTRUSTED',
          expect.stringContaining(`the certificate of ESXi host localhost:${port} is not trusted`),
        ]);
        expect(error.hint).not.toMatch(/thumbprint|vCenter offers/);
      } finally {
        server.close().closeAllConnections();
      }
    });

    it('gets a disk unpacked that is compressed in the package', async () => {
      const stored = gzipSync(bench.disk.content);
      const name = `${bench.disk.name}.gz`;
      const image = await bench.pack('gzip.ova', () => {
        const [descriptor] = sampleFiles([{ name, content: stored }]);
        const text = descriptor?.content.toString().replace(`ovf:href="${name}"`, '$& ovf:compression="gzip"') ?? '';
        return [
          { name: 'node.ovf', content: Buffer.from(text) },
          { name, content: stored },
        ];
      });
      const uploads = await bench.uploadsDuring(() => bench.import('r_gzip', { image }));
      expect(uploads).toMatchObject([{ complete: true, sha256: sha256Of(bench.disk.content) }]);
    });

    it('is counted to the end only when it has answered', async () => {
      const fractions: number[] = [];
      await bench.vcenter.fault({ method: 'PUT', status: 507 });
      const { importTemplate } = await import('./import-template.ts');
      const open = () => openPackage(bench.image, { env: {} });
      const request = { name: 'r_counted', networks: ['VM Network'], open };
      const options = { onProgress: (done: number, total: number) => fractions.push(done / total), retryDelaysMs: [] };
      expect((await bench.refusal(importTemplate(client, request, options))).code).toBe('VSPHERE_UPLOAD_FAILED');
      expect(Math.max(0, ...fractions)).toBeLessThan(1);
      await importTemplate(client, request, options);
      expect(fractions.at(-1)).toBe(1);
    });
  },
);

describe.skipIf(missingPeer !== undefined)('what an import on another machine left', { timeout: 60_000 }, () => {
  let bench: ImportBench;
  beforeAll(async () => {
    bench = await ImportBench.start();
  }, 60_000);
  afterAll(() => bench?.stop());

  it('is finished where it had arrived whole, else named while it may still run', async () => {
    const folder = '/DC0/vm/spectro-templates';
    await bench.vcenter.fault({ method: 'Rename_Task', status: 503, count: 100 });
    await bench.refusal(bench.import('r_elsewhere'));
    await bench.vcenter.clearFaults();
    const [whole = ''] = bench.machines();
    const [machine] = JSON.parse(bench.govc('vm.info', '-json', whole)).virtualMachines;
    const annotation = machine.config.annotation.replace(
      /sealift-import:.*/,
      'sealift-import: {"host":"other","pid":7}',
    );
    bench.govc('vm.change', '-vm', whole, '-annotation', annotation);
    const cut = 'r_elsewhere.sealift-0123456789ab';
    bench.govc('vm.create', '-on=false', '-folder', folder, '-net', 'VM Network', cut);
    bench.govc('vm.change', '-vm', `${folder}/${cut}`, '-annotation', 'x\nsealift-import: {"host":"other","pid":8}');
    const uploads = await bench.uploadsDuring(async () => {
      expect((await bench.import('r_elsewhere')).outcome).toBe('completed');
    });
    expect(uploads).toEqual([]);
    expect(bench.machines()).toEqual([`${folder}/r_elsewhere`, `${folder}/${cut}`]);
    expect(bench.notes).toContainEqual(expect.stringContaining(`${cut} is of an import that another machine began`));
  });
});
