import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImportBench, missingPeer, sha256Of } from '../testing/import-bench.ts';

const folder = '/DC0/vm/spectro-templates';
const whole = { template: true, snapshots: ['sealift'] };

describe.skipIf(missingPeer !== undefined)(
  `an import of what is there already${missingPeer === undefined ? '' : ` (${missingPeer.remedy})`}`,
  { timeout: 60_000 },
  () => {
    let bench: ImportBench;
    beforeAll(async () => {
      // Two clusters: nobody says which, so a template is finished where its own host is.
      bench = await ImportBench.start({ clusters: 2 });
    }, 60_000);
    afterAll(() => bench?.stop());

    const places = { cluster: 'DC0_C1' };

    it.each<[string, (path: string) => void, boolean]>([
      ['a machine again', (path) => bench.govc('vm.markasvm', '-pool', '/DC0/host/DC0_C1/Resources', path), false],
      ['without snapshot', (path) => loseSnapshot(path, true), true],
      ['a machine again, without snapshot', (path) => loseSnapshot(path, false), false],
    ])('finishes a template that is %s, and sends nothing', async (what, change, template) => {
      const name = `r_${what.replaceAll(/\W+/g, '-')}`;
      const path = `${folder}/${name}`;
      await bench.import(name, places);
      expect(await bench.changesDuring(() => bench.import(name))).toEqual([]);
      change(path);
      expect(bench.templateAt(path)).not.toEqual(whole);
      const planned = await bench.changesDuring(async () => {
        expect((await bench.import(name, { dryRun: true })).outcome).toBe('planned');
      });
      expect([planned, bench.notes]).toEqual([[], [expect.stringContaining('lacks its')]]);
      expect(bench.templateAt(path).template).toBe(template);
      const uploads = await bench.uploadsDuring(async () => {
        expect((await bench.import(name)).outcome).toBe('completed');
      });
      expect(uploads).toEqual([]);
      expect(bench.templateAt(path)).toEqual(whole);
      expect((await bench.import(name)).outcome).toBe('present');
    });

    it('refuses one that is powered on, though it is the image', async () => {
      const path = `${folder}/r_running`;
      await bench.import('r_running', places);
      bench.govc('vm.markasvm', '-pool', '/DC0/host/DC0_C1/Resources', path);
      bench.govc('vm.power', '-on', path);
      expect((await bench.refusal(bench.import('r_running'))).code).toBe('VSPHERE_TEMPLATE_POWERED_ON');
    });

    it.each(['', ' ', 'x'.repeat(81), 'r_\u0007'])('refuses the name %j, in a dry run too', async (name) => {
      for (const dryRun of [true, false]) {
        const changes = await bench.changesDuring(async () => {
          const error = await bench.refusal(bench.import(name, { ...places, dryRun }));
          expect([error.code, error.hint]).toEqual(['VSPHERE_NAME_INVALID', expect.stringContaining('--name')]);
        });
        expect(changes).toEqual([]);
      }
    });

    it('takes a name of 80 characters', async () => {
      expect((await bench.import('x'.repeat(80), places)).outcome).toBe('imported');
    });

    it.each<[string, string, () => void]>([
      ['a folder', 'r_folder', () => bench.govc('folder.create', `${folder}/r_folder`)],
      ['a folder of another case', 'r_other-case', () => bench.govc('folder.create', `${folder}/R_Other-Case`)],
      ['a machine of another case', 'r_machine', () => machineOf('R_MACHINE')],
    ])('finds in a dry run, and before anything is sent, that %s has the name', async (_, name, make) => {
      make();
      for (const dryRun of [true, false]) {
        const changes = await bench.changesDuring(async () => {
          const error = await bench.refusal(bench.import(name, { ...places, dryRun }));
          expect([error.code, error.message.toLowerCase()]).toEqual([
            'VSPHERE_NAME_TAKEN',
            expect.stringContaining(`${folder}/${name}`.toLowerCase()),
          ]);
        });
        expect(changes).toEqual([]);
      }
    });

    it.each<[string, string, () => Promise<string>]>([
      [
        'is cut off',
        'OVA_INVALID',
        async () => bench.write('cut.ova', bench.ova.subarray(0, bench.ova.length - 100_000)),
      ],
      ['has a disk with another digest', 'OVA_DIGEST_MISMATCH', () => packed('digest.ova', flipped)],
      ['has a disk of another size', 'OVA_INVALID', () => packed('size.ova', (content) => content.subarray(0, -512))],
      [
        'lacks a disk',
        'OVA_INVALID',
        () => bench.pack('lacks.ova', (files) => files.filter(({ name }) => !isDisk(name))),
      ],
    ])('finds in a dry run that an image %s', async (_, code, make) => {
      const image = await make();
      const changes = await bench.changesDuring(async () => {
        expect((await bench.refusal(bench.import('r_damaged', { ...places, image, dryRun: true }))).code).toBe(code);
      });
      expect(changes).toEqual([]);
    });

    it('finds in a dry run that it is another image, and says else what it is and what was not looked at', async () => {
      const other = bench.import('r_planned', { ...places, sha256: 'a'.repeat(64), dryRun: true });
      expect((await bench.refusal(other)).code).toBe('OVA_OTHER');
      const { outcome, identity } = await bench.import('r_planned', { ...places, dryRun: true });
      expect([outcome, identity.ova]).toEqual(['planned', sha256Of(bench.ova)]);
      expect(bench.notes).toContainEqual(expect.stringContaining('not looked at'));
    });

    function loseSnapshot(path: string, template: boolean): void {
      const pool = ['-pool', '/DC0/host/DC0_C1/Resources'];
      bench.govc('vm.markasvm', ...pool, path);
      bench.govc('snapshot.remove', '-vm', path, '*');
      if (template) bench.govc('vm.markastemplate', path);
    }

    function machineOf(name: string): void {
      const pool = ['-pool', '/DC0/host/DC0_C1/Resources'];
      bench.govc('vm.create', '-on=false', '-folder', folder, '-net', 'VM Network', ...pool, name);
    }

    const isDisk = (name: string): boolean => name.endsWith('.vmdk');
    const flipped = (content: Buffer): Buffer => Buffer.from(content).fill(7, 50_000, 50_001);
    const packed = (name: string, change: (content: Buffer) => Buffer): Promise<string> =>
      bench.pack(name, (files) =>
        files.map((file) => (isDisk(file.name) ? { ...file, content: change(file.content) } : file)),
      );
  },
);
