import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ImportBench, missingPeer } from '../testing/import-bench.ts';

const folder = '/DC0/vm/spectro-templates';

describe.skipIf(missingPeer !== undefined)(
  `an import while vCenter is away${missingPeer === undefined ? '' : ` (${missingPeer.remedy})`}`,
  { timeout: 60_000 },
  () => {
    let bench: ImportBench;
    beforeAll(async () => {
      bench = await ImportBench.start();
    }, 60_000);
    afterAll(() => bench?.stop());
    afterEach(() => bench.vcenter.clearFaults());

    const methods =
      'Login RetrieveServiceContent RetrievePropertiesEx CreateImportSpec ImportVApp CreateFilter CreatePropertyCollector ' +
      'WaitForUpdatesEx HttpNfcLeaseProgress HttpNfcLeaseGetManifest PUT HttpNfcLeaseComplete ReconfigVM_Task CreateSnapshot_Task ' +
      'MarkAsTemplate Rename_Task';
    it.each(methods.split(' '))('ends in a template for one upload when %s is answered 503', async (method) => {
      const name = `r_away-${method}`;
      await bench.vcenter.fault({ method, status: 503, message: 'maximum number of sessions exceeded' });
      const uploads = await bench.uploadsDuring(async () => {
        expect((await bench.import(name)).outcome).toBe('imported');
      });
      expect(uploads.filter(({ complete }) => complete)).toHaveLength(1);
      expect(bench.templateAt(`${folder}/${name}`)).toEqual({ template: true, snapshots: ['sealift'] });
      expect(bench.machines().filter((path) => path.includes(name))).toEqual([`${folder}/${name}`]);
    });

    it.each([429, 502, 504])('takes %i for an answer that passes too', async (status) => {
      await bench.vcenter.fault({ method: 'RetrievePropertiesEx', status });
      expect((await bench.import('r_away-Login')).outcome).toBe('present');
    });

    it('says so with a code of its own when it does not pass, and that it may be tried again', async () => {
      await bench.vcenter.fault({ method: 'Login', status: 503, count: 100 });
      const error = await bench.refusal(bench.import('r_never'));
      expect(error).toMatchObject({ code: 'VSPHERE_UNAVAILABLE', next: 'retry', exit: 1 });
      expect(error.message).toContain('503');
      const logins = (await bench.vcenter.calls()).filter(({ method }) => method === 'Login');
      await bench.vcenter.clearFaults();
      await bench.vcenter.fault({ method: 'Login', status: 403, count: 100 });
      expect((await bench.refusal(bench.import('r_never'))).code).toBe('VSPHERE_ANSWER_INVALID');
      const more = (await bench.vcenter.calls()).filter(({ method }) => method === 'Login');
      expect(more.length - logins.length).toBe(1);
    });

    it.each(['ReconfigVM_Task', 'CreateSnapshot_Task', 'MarkAsTemplate', 'Rename_Task'])(
      'keeps what was sent when %s does not get through, and finishes it in the next import',
      async (method) => {
        const name = `r_kept-${method}`;
        await bench.vcenter.fault({ method, status: 503, count: 100 });
        expect((await bench.refusal(bench.import(name))).code).toBe('VSPHERE_UNAVAILABLE');
        const kept = bench.machines().filter((path) => path.includes(name));
        expect(kept).toHaveLength(1);
        await bench.vcenter.clearFaults();
        const uploads = await bench.uploadsDuring(async () => {
          expect((await bench.import(name)).outcome).toBe('completed');
        });
        expect(uploads).toEqual([]);
        expect(bench.machines().filter((path) => path.includes(name))).toEqual([`${folder}/${name}`]);
        expect(bench.templateAt(`${folder}/${name}`)).toEqual({ template: true, snapshots: ['sealift'] });
      },
    );

    it('waits for another task at the machine, and for one that was lost with its vCenter', async () => {
      await bench.vcenter.fault({ method: 'CreateSnapshot_Task', taskFault: { type: 'TaskInProgress' } });
      await bench.vcenter.fault({ method: 'Rename_Task', fault: { type: 'ManagedObjectNotFound' } });
      expect((await bench.import('r_busy')).outcome).toBe('imported');
    });
  },
);
