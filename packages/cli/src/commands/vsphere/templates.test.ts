import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { peer } from '@sealift/testkit/peers';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { packOva, sampleDescriptor } from '@sealift/testkit/sample-ova';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const simulator = peer('vcenter-simulator');
const govc = peer('govc');
const missing = [simulator, govc].find((one) => one.missing);

const ova = (index: number): string => `u-2204-${index}-k-12610-0.ova`;
const sha256 = 'a'.repeat(64);
const releaseOf = (index: number): string => `apiVersion: sealift.dev/v1
kind: Release
metadata: { product: Harborview, version: 4.2.${index} }
spec:
  upgradesFrom: [{ range: "<4.2.0" }]
  kubernetes: { version: 1.26.10, supported: ">=1.26 <1.28" }
  nodeImage: { ova: ${ova(index)}, os: ubuntu-22.04, kubernetes: 1.26.10, sha256: ${sha256} }
  layers:
    - { layer: k8s, pack: kubernetes, version: 1.26.10 }
  content: { packs: [], images: [], nodeImage: ./${ova(index)} }
`;
const right = 'Ubuntu 22.04 and Kubernetes v1.26.10';
const templates = '/DC0/vm/spectro-templates';
const changing = /_Task$|^MarkAs|^CreateFolder$/;

/** A machine as an operator left it; `NAME` in its name is that of the image. */
interface Deployed {
  readonly name: string;
  readonly folder?: string;
  readonly annotation?: string;
  readonly snapshot?: true;
  readonly template?: true;
  readonly on?: true;
}

/** What an operator left, the words for it, and what of it is left to a person after `--fix`. */
interface NearMiss {
  readonly machines: readonly Deployed[];
  readonly words: readonly string[];
  readonly left?: string;
}

const whole = { snapshot: true, template: true } as const;
const named = (image: string) => `sealift-template: ${JSON.stringify({ version: 1, ova: image })}`;
const nearMisses: Readonly<Record<string, NearMiss>> = {
  'nothing there': {
    machines: [],
    words: ['there is no template r_NAME', 'sealift vsphere import-template NAME.ova'],
    left: 'missing',
  },
  'another folder': {
    machines: [{ name: 'r_NAME', folder: '/DC0/vm', ...whole }],
    words: [`r_NAME is in /DC0/vm, the platform looks in ${templates}`, `Move it into ${templates}.`],
  },
  'no r_': { machines: [{ name: 'NAME', ...whole }], words: ['NAME lacks the prefix r_', 'Rename it to r_NAME.'] },
  '.ova kept': {
    machines: [{ name: 'r_NAME.ova', ...whole }],
    words: ['r_NAME.ova still has the extension .ova', 'Rename it to r_NAME.'],
  },
  capitals: { machines: [{ name: 'R_NAME', ...whole }], words: ['in capital letters', 'Rename it to r_NAME.'] },
  several: {
    machines: [
      { name: 'NAME', ...whole },
      { name: 'r_NAME.ova', ...whole },
    ],
    words: [
      `several machines have almost the name r_NAME: ${templates}/r_NAME.ova, ${templates}/NAME`,
      'Rename or remove all but the right one.',
    ],
    left: 'several',
  },
  'powered on': {
    machines: [{ name: 'r_NAME', on: true }],
    words: ['r_NAME is powered on', 'should be deployed anew'],
    left: 'powered-on',
  },
  'other Kubernetes': {
    machines: [{ name: 'r_NAME', annotation: 'Kubernetes v1.25.3', ...whole }],
    words: ['r_NAME holds Kubernetes 1.25.3, the release needs 1.26.10', 'then import the image of the release'],
    left: 'other-kubernetes',
  },
  'other content': {
    machines: [{ name: 'r_NAME', annotation: named('b'.repeat(64)), ...whole }],
    words: [`OVA with SHA-256 ${'b'.repeat(64)}, the release pins ${sha256}`, 'then import the image of the release'],
    left: 'other-content',
  },
  unproven: {
    machines: [{ name: 'r_NAME', annotation: '', ...whole }],
    words: ['nothing in r_NAME says which image it was made from', 'Remove it and import the image'],
    left: 'unproven',
  },
  'deployed by hand': {
    machines: [{ name: 'r_NAME' }],
    words: ['r_NAME has no snapshot', 'r_NAME is a machine and not marked as template'],
  },
  'no snapshot': {
    machines: [{ name: 'r_NAME', template: true }],
    words: ['r_NAME has no snapshot, which linked clones need', 'convert it back to a template'],
  },
  'the image itself': {
    machines: [{ name: 'r_NAME', annotation: named(sha256), ...whole }],
    words: ['r_NAME, needed by Harborview 4.2.12: ready'],
  },
};

describe.skipIf(missing !== undefined)(
  `sealift vsphere templates${missing === undefined ? '' : ` (${missing.remedy})`}`,
  { timeout: 60_000 },
  () => {
    const home = mkdtempSync(join(tmpdir(), 'sealift-cli-templates-'));
    let vcenter: VCenter;

    beforeAll(async () => {
      vcenter = await startVCenter(simulator, { folder: 'spectro-templates' });
    });
    afterAll(async () => {
      await vcenter?.stop();
      rmSync(home, { recursive: true, force: true });
    });
    afterEach(() => vcenter.clearFaults());

    const ask = async (...args: string[]): Promise<string> => {
      const env = { ...process.env, ...vcenter.environment };
      return (await promisify(execFile)(govc.path, args, { env })).stdout;
    };
    const marked = async (): Promise<string[]> =>
      (await ask('find', templates, '-type', 'm', '-config.template', 'true')).trim().split('\n').toSorted();
    async function deploy(index: number, { name, folder = templates, annotation = right, ...state }: Deployed) {
      const own = inside(name, index);
      const path = `${folder}/${own}`;
      await ask('vm.create', '-on=false', '-folder', folder, '-net', 'VM Network', '-annotation', annotation, own);
      if (state.snapshot === true) await ask('snapshot.create', '-vm', path, 'by hand');
      if (state.template === true) await ask('vm.markastemplate', path);
      if (state.on === true) await ask('vm.power', '-on', path);
    }
    /** A release that wants this image. */
    function wanting(index: number): string[] {
      const file = join(home, `release-${index}.yaml`);
      writeFileSync(file, releaseOf(index));
      return ['--for', file];
    }
    async function look(...options: string[]) {
      const env = {
        HOME: home,
        SEALIFT_VCENTER: vcenter.url,
        SEALIFT_VCENTER_USERNAME: vcenter.username,
        SEALIFT_VCENTER_PASSWORD: vcenter.password,
      };
      const { context, written } = testContext({ env });
      const before = await changes();
      const code = await run(['vsphere', 'templates', '--ca-file', vcenter.caFile, ...options], context);
      const changed = (await changes()) - before;
      return { code, out: written.out.join('\n'), notes: written.notes.join('\n'), changed };
    }
    const changes = async (): Promise<number> =>
      (await vcenter.calls()).filter(({ method }) => changing.test(method)).length;
    const leftOf = (out: string): unknown => {
      const { wanted } = JSON.parse(out) as { wanted: { ready: boolean; problems: { kind: string }[] }[] };
      return wanted.map(({ ready, problems }) => (ready ? undefined : problems.map(({ kind }) => kind).join()));
    };

    it('says of each near miss what it is, mends what needs no person, and nothing a second time', async () => {
      const cases = Object.values(nearMisses);
      for (const [index, { machines }] of cases.entries()) {
        for (const machine of machines) await deploy(index, machine);
      }
      const all = cases.flatMap((_, index) => wanting(index));
      const shown = await look(...all);
      expect([shown.code, shown.changed]).toEqual([2, 0]);
      for (const [index, { words }] of cases.entries()) {
        for (const word of words) expect(shown.out).toContain(inside(word, index));
      }
      const planned = await look(...all, '--fix', '--dry-run');
      expect([planned.code, planned.changed, planned.out]).toEqual([2, 0, shown.out]);
      const before = await marked();

      const fixed = await look(...all, '--fix', '--json');
      expect(fixed.code).toBe(2);
      expect(leftOf(fixed.out)).toEqual(cases.map(({ left }) => left));
      expect(fixed.notes.replaceAll('mending ', '')).toBe(planned.notes.replaceAll('would mend ', ''));
      const mended = cases.flatMap(({ left }, index) =>
        left === undefined ? [inside(`${templates}/r_NAME`, index)] : [],
      );
      expect(await marked()).toEqual(expect.arrayContaining(mended));
      expect(await marked()).toEqual(expect.arrayContaining(before.filter((path) => !/\/(?:u-|R_|.*ova$)/.test(path))));

      const again = await look(...all, '--fix', '--json');
      expect(again).toEqual({ code: 2, out: fixed.out, notes: '', changed: 0 });
      const ready = await look(...wanting(1), ...wanting(2), ...wanting(10));
      expect([ready.code, ready.out]).toEqual([0, expect.not.stringContaining('not ready')]);
    });

    const worst = { name: 'NAME.ova', folder: '/DC0/vm', template: true } as const;
    const mends = [
      'MarkAsVirtualMachine',
      'CreateSnapshot_Task',
      'MarkAsTemplate',
      'Rename_Task',
      'MoveIntoFolder_Task',
    ] as const;

    it('goes on where a run ended, whichever mend was the last, and shows no half template meanwhile', async () => {
      await deploy(50, worst);
      const fields = { object: { type: 'Folder', value: 'group-4' }, privilegeId: 'one that it lacks' };
      for (const method of mends) {
        await vcenter.fault({ method, fault: { type: 'NoPermission', fields } });
        const ended = await look(...wanting(50), '--fix');
        expect([ended.code, ended.notes]).toEqual([1, expect.stringContaining('VSPHERE_PERMISSION_DENIED')]);
        expect((await vcenter.calls()).at(-1)?.method).toBe('Logout');
        expect(await ask('find', templates, '-type', 'm', '-name', '*2204-50-*')).toBe('');
      }
      expect(await look(...wanting(50), '--fix')).toMatchObject({ code: 0, changed: 1 });
      expect(await look(...wanting(50), '--fix')).toMatchObject({ code: 0, changed: 0, notes: '' });
      expect(await marked()).toContain(inside(`${templates}/r_NAME`, 50));
    });

    it('does no mend twice whose answer was lost', async () => {
      await deploy(51, worst);
      for (const method of mends) await vcenter.fault({ method, dropAnswer: true });
      expect(await look(...wanting(51), '--fix')).toMatchObject({ code: 0, changed: mends.length });
      expect(await marked()).toContain(inside(`${templates}/r_NAME`, 51));
    });

    it('mends nothing that no release names, and says how to name one', async () => {
      await deploy(52, worst);
      const { code, out, notes, changed } = await look('--fix');
      expect([code, changed, notes]).toEqual([0, 0, expect.stringContaining('--for')]);
      const words = 'template, Kubernetes 1.26.10, no snapshot, not imported by Sealift';
      expect(out).toContain(inside(`/DC0/vm/NAME.ova  ${words}`, 52));
    });

    it('is where an import points to that meets a machine deployed by hand, and makes a template of it', async () => {
      await deploy(53, { name: 'r_NAME' });
      const { out } = await look(...wanting(53), '--json');
      const problem = { detail: expect.any(String), mend: expect.any(String), mendable: true };
      expect(JSON.parse(out)).toMatchObject({
        folder: templates,
        machines: expect.arrayContaining([
          expect.objectContaining({ name: inside('r_NAME', 53), inTemplateFolder: true, template: false }),
        ]),
        wanted: [
          {
            name: inside('r_NAME', 53),
            ova: ova(53),
            sha256,
            neededBy: ['Harborview 4.2.53'],
            machine: expect.stringMatching(/^vm-\d+$/),
            ready: false,
            problems: [
              { kind: 'no-snapshot', ...problem },
              { kind: 'not-marked', ...problem },
            ],
          },
        ],
      });
      const image = join(home, ova(53));
      const descriptor = { name: 'node.ovf', content: Buffer.from(sampleDescriptor([])) };
      writeFileSync(image, await packOva([descriptor]));
      const { context, written } = testContext({ env: { HOME: home, SEALIFT_VCENTER_PASSWORD: vcenter.password } });
      const login = ['--vcenter', vcenter.url, '--username', vcenter.username, '--ca-file', vcenter.caFile];
      expect(await run(['vsphere', 'import-template', image, ...login], context)).toBe(1);
      expect(written.notes.join('\n')).toContain('VSPHERE_TEMPLATE_UNPROVEN');
      expect(written.notes.join('\n')).toContain('sealift vsphere templates --for BUNDLE --fix');
      expect(await look(...wanting(53), '--fix')).toMatchObject({ code: 0, changed: 2 });
    });
  },
);

/** A text with the name of an image in it, its extension cut off. */
function inside(text: string, index: number): string {
  return text.replaceAll('NAME', ova(index).slice(0, -'.ova'.length));
}
