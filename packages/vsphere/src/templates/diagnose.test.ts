import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnose, type ProblemKind, type WantedImage } from './diagnose.ts';
import { isNodeImageName, stemOf, templateNameOf } from './image-name.ts';
import { mendable } from './mend-template.ts';
import type { NodeImageMachine } from './node-image-machine.ts';

const folder = '/DC0/vm/spectro-templates';
const ova = 'u-2204-0-k-12610-0.ova';
const wanted: WantedImage = { ova, sha256: 'a'.repeat(64), kubernetes: '1.26.10', neededBy: ['Harborview 4.2.13'] };
const fit: NodeImageMachine = {
  ref: { type: 'VirtualMachine', value: 'vm-1' },
  name: 'r_u-2204-0-k-12610-0',
  folder,
  inTemplateFolder: true,
  template: true,
  poweredOn: false,
  hasSnapshot: true,
  identity: { ova: 'a'.repeat(64), manifest: undefined, kubernetes: '1.26.10', os: undefined },
  kubernetes: '1.26.10',
  os: undefined,
};
const byHand = { ...fit, identity: undefined };

function problemsOf(...machines: NodeImageMachine[]): readonly ProblemKind[] {
  return diagnose([wanted], machines, folder).flatMap(({ problems }) => problems.map(({ kind }) => kind));
}

describe('diagnose', () => {
  it('finds nothing wrong with an imported template, nor with one deployed by hand that says what is inside', () => {
    expect(problemsOf(fit)).toEqual([]);
    expect(problemsOf(byHand)).toEqual([]);
  });

  it('mends nothing of a machine that proves nothing', () => {
    const [report] = diagnose([wanted], [{ ...fit, identity: undefined, kubernetes: undefined }], folder);
    expect(report?.problems).toMatchObject([{ kind: 'unproven', mendable: false }]);
  });

  it.each<[string, Partial<NodeImageMachine>, readonly ProblemKind[]]>([
    ['the wrong folder', { folder: '/DC0/vm', inTemplateFolder: false }, ['wrong-folder']],
    ['no prefix', { name: 'u-2204-0-k-12610-0' }, ['prefix-missing']],
    ['a kept extension', { name: 'r_u-2204-0-k-12610-0.ova' }, ['extension-kept']],
    ['neither', { name: 'u-2204-0-k-12610-0.ova' }, ['prefix-missing', 'extension-kept']],
    ['capital letters', { name: 'R_U-2204-0-k-12610-0' }, ['case-differs']],
    ['a machine that runs', { template: false, poweredOn: true }, ['powered-on']],
    [
      'a machine deployed by hand',
      { template: false, hasSnapshot: false, identity: undefined },
      ['no-snapshot', 'not-marked'],
    ],
    ['a template that lost its snapshot', { hasSnapshot: false }, ['no-snapshot']],
    ['another Kubernetes', { identity: undefined, kubernetes: '1.26.9' }, ['other-kubernetes']],
    [
      'another image',
      { identity: { ova: 'b'.repeat(64), manifest: undefined, kubernetes: undefined, os: undefined } },
      ['other-content'],
    ],
    ['nothing said', { identity: undefined, kubernetes: undefined }, ['unproven']],
    [
      'an import that says neither digest nor Kubernetes',
      {
        identity: { ova: undefined, manifest: 'c'.repeat(64), kubernetes: undefined, os: undefined },
        kubernetes: undefined,
      },
      ['unproven'],
    ],
    [
      'a machine that says nothing',
      { identity: undefined, kubernetes: undefined, template: false, hasSnapshot: false },
      ['unproven', 'no-snapshot', 'not-marked'],
    ],
  ])('names %s, with its mend', (_, change, kinds) => {
    expect(problemsOf({ ...fit, ...change })).toEqual(kinds);
    for (const { problems } of diagnose([wanted], [{ ...fit, ...change }], folder)) {
      for (const { mend } of problems) expect(mend).not.toBe('');
    }
  });

  it('takes nothing but what proves the image that is wanted', () => {
    const judge = (image: Partial<WantedImage>, machine: NodeImageMachine) =>
      diagnose([{ ova, neededBy: [], ...image }], [machine], folder).flatMap(({ problems }) =>
        problems.map(({ kind }) => kind),
      );
    const silent = { ...fit, identity: undefined, kubernetes: undefined };
    expect(judge({ sha256: 'a'.repeat(64) }, silent)).toEqual(['unproven']);
    expect(judge({}, silent)).toEqual(['unproven']);
    expect(judge({}, fit)).toEqual([]);
    expect(judge({ sha256: 'a'.repeat(64) }, { ...fit, kubernetes: undefined })).toEqual([]);
  });

  it('mends nothing about a machine that proves nothing, whatever else is wrong with it', () => {
    const machine = {
      ...fit,
      name: 'u-2204-0-k-12610-0.ova',
      identity: undefined,
      kubernetes: undefined,
      template: false,
    };
    const [report] = diagnose([wanted], [{ ...machine, inTemplateFolder: false, folder: '/DC0/vm' }], folder);
    expect(report?.problems.map(({ kind }) => kind)).toContain('unproven');
    expect(report === undefined ? undefined : mendable(report)).toEqual([]);
  });

  it('says which images are not there, and how they come there', () => {
    const [report] = diagnose([wanted], [{ ...fit, name: 'r_u-2204-0-k-1289-0' }], folder);
    expect(report).toMatchObject({ machine: undefined, problems: [{ kind: 'missing', mendable: false }] });
    expect(report?.problems[0]?.mend).toContain(`import-template ${ova}`);
  });

  it('does not choose between several, unless one is where it must be', () => {
    const near = { ...fit, name: 'u-2204-0-k-12610-0' };
    const elsewhere = { ...fit, folder: '/DC0/vm', inTemplateFolder: false };
    expect(problemsOf(near, elsewhere)).toEqual(['several']);
    expect(problemsOf(near, elsewhere, fit)).toEqual([]);
  });
});

it('gives near misses of one image one stem, and different images different ones', () => {
  const part = fc.stringMatching(/^[0-9]{1,4}$/);
  fc.assert(
    fc.property(part, part, (build, version) => {
      const name = `u-2204-${build}-k-${version}-0`;
      for (const near of [`r_${name}`, `${name}.ova`, `R_${name}.OVA`]) {
        expect(stemOf(near)).toBe(stemOf(name));
        expect(isNodeImageName(near)).toBe(true);
      }
      expect(templateNameOf(`${name}.ova`)).toBe(`r_${name}`);
      expect(stemOf(`u-2204-${build}-k-${version}9-0`)).not.toBe(stemOf(name));
    }),
  );
  expect(isNodeImageName('web-server-1')).toBe(false);
});
