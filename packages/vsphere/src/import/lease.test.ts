import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPackage } from '../ovf/open-package.ts';
import { ImportBench, missingPeer } from '../testing/import-bench.ts';
import { createImportSpec } from './import-spec.ts';
import { abortLease, keepLease, renewalSeconds, startImport, waitForLease } from './lease.ts';
import { destroyMachine } from './machines.ts';
import { findComputePlace, findDatacenter } from './places.ts';
import { createTemplateFolder } from './template-folder.ts';
import { uploadFile } from './upload-disk.ts';

describe.skipIf(missingPeer !== undefined)(
  `the lease of an import${missingPeer === undefined ? '' : ` (${missingPeer.remedy})`}`,
  { timeout: 60_000 },
  () => {
    let bench: ImportBench;
    beforeAll(async () => {
      bench = await ImportBench.start({}, 6);
    }, 60_000);
    afterAll(() => bench?.stop());
    afterEach(() => bench.vcenter.clearFaults());

    it('sends to the host that a lease names: * is vCenter itself, another one is known by its thumbprint', async () => {
      await using client = await bench.connect();
      const datacenter = await findDatacenter(client, undefined);
      const compute = await findComputePlace(client, datacenter, {});
      const folderRef = await createTemplateFolder(client, datacenter);
      const ovf = await openPackage(bench.unpack('unpacked'), { env: {} });
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
      const uploads = await bench.uploadsDuring(async () => {
        for (const thumbprint of [undefined, bench.vcenter.thumbprintSha1, bench.vcenter.thumbprint])
          await send(thumbprint);
        expect((await bench.refusal(send('AB:'.repeat(20).slice(0, -1)))).code).toBe('VSPHERE_THUMBPRINT_MISMATCH');
      });
      expect(uploads.map(({ complete }) => complete)).toEqual([true, true, true]);
      await abortLease(client, ready.lease);
      await destroyMachine(client, ready.entity);
    });

    it('tells its progress to the lease often enough, also while nothing moves', async () => {
      expect([300, 60, 30, 6].map(renewalSeconds)).toEqual([5, 5, 5, 1]);
      await using client = await bench.connect();
      const datacenter = await findDatacenter(client, undefined);
      const compute = await findComputePlace(client, datacenter, {});
      const folderRef = await createTemplateFolder(client, datacenter);
      const ovf = await openPackage(bench.image, { env: {} });
      const options = { name: 'r_slow', annotation: '', networks: ['VM Network'] };
      const { spec } = await createImportSpec(client, ovf, compute, options);
      const ready = await waitForLease(client, await startImport(client, compute.resourcePool, spec, folderRef));
      const before = await bench.calls('HttpNfcLeaseProgress');
      const stop = new AbortController();
      const keeping = keepLease(
        client,
        { ...ready, timeoutSeconds: 1 },
        { percent: () => 0, onLost: () => undefined, stop: stop.signal },
      );
      await waitUntil('a second renewal', async () => (await bench.calls('HttpNfcLeaseProgress')) >= before + 2);
      stop.abort();
      await keeping;
      await abortLease(client, ready.lease);
      await destroyMachine(client, ready.entity);
      await ovf[Symbol.asyncDispose]();
    });
  },
);
