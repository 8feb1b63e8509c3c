import { describe, expect, it } from 'vitest';
import type { OvfPackage } from '../ovf/package.ts';
import { printIdentity } from './identity.ts';
import type { ImportRequest } from './import-request.ts';
import type { Machine } from './machines.ts';
import { provenSame, wholeLeftover } from './present-template.ts';
import { importLine, temporaryName } from './temporary-name.ts';

const [image, another] = ['a'.repeat(64), 'b'.repeat(64)];
const ovf = { place: 'x.ova', manifestSha256: undefined } as OvfPackage;
const request = { sha256: image } as ImportRequest;
const identityOf = (ova: string): string =>
  printIdentity({ ova, manifest: undefined, kubernetes: '1.26.10', os: undefined }, new Date(0));

function machine(change: Partial<Machine>): Machine {
  const made: Machine = {
    ref: { type: 'VirtualMachine', value: 'vm-1' },
    name: 'r_x',
    template: false,
    poweredOn: false,
    annotation: identityOf(image),
    createdAt: new Date(0),
    hasSnapshot: false,
    locked: false,
  };
  return { ...made, ...change };
}

describe('what has the name of a template', () => {
  it('is the image when it says so, and nothing else is', async () => {
    expect(await provenSame(machine({}), ovf, request)).toMatchObject({ ova: image });
    const other = provenSame(machine({ annotation: identityOf(another) }), ovf, request);
    await expect(other).rejects.toMatchObject({ code: 'VSPHERE_TEMPLATE_OTHER' });
    const silent = provenSame(machine({ annotation: 'made by hand' }), ovf, request);
    await expect(silent).rejects.toMatchObject({ code: 'VSPHERE_TEMPLATE_UNPROVEN' });
  });
});

describe('what an import left under a temporary name', () => {
  const leftover = (change: Partial<Machine> = {}): Machine =>
    machine({ name: temporaryName('r_x'), annotation: `${identityOf(image)}\n${importLine()}`, ...change });
  const found = (one: Machine) => wholeLeftover([one], 'r_x', ovf, request)?.machine;

  it('is finished when it is the whole image', () => {
    const whole = leftover();
    expect(found(whole)).toBe(whole);
  });

  it.each<[string, Partial<Machine>]>([
    ['of another image', { annotation: `${identityOf(another)}\n${importLine()}` }],
    ['that had not arrived whole', { annotation: importLine() }],
    ['that runs', { poweredOn: true }],
    ['of another template', { name: temporaryName('r_y') }],
    ['of nobody that imports', { annotation: identityOf(image) }],
  ])('is left alone: one %s', (_, change) => {
    expect(found(leftover(change))).toBeUndefined();
  });
});
