import { describe, expect, it } from 'vitest';
import { type Candidate, chosen, matching } from './choose.ts';

const network = (value: string, path: string, name = path.slice(path.lastIndexOf('/') + 1)): Candidate => ({
  ref: { type: 'Network', value },
  name,
  path,
});
const question = { what: 'networks', option: '--network' };
const all = [
  network('network-1', '/DC0/network/a/nodes'),
  network('dvportgroup-2', '/DC0/network/b/nodes'),
  network('network-3', '/DC0/network/x%2fy', 'x/y'),
  network('network-4', '/DC0/network/50%25', '50%'),
  network('network-5', '/DC0/network/network-1'),
];

describe('a choice', () => {
  it.each([
    ['the name', '50%', ['network-4']],
    ['the name as vCenter stores it', '50%25', ['network-4']],
    ['a name with a slash', 'x/y', ['network-3']],
    ['that name, escaped', 'x%2fy', ['network-3']],
    ['a path', '/DC0/network/b/nodes', ['dvportgroup-2']],
    ['a path with an escaped slash', '/DC0/network/x%2Fy', ['network-3']],
    ['the end of a path', 'a/nodes', ['network-1']],
    ['a managed object id', 'dvportgroup-2', ['dvportgroup-2']],
    ['an id with its type', 'Network:dvportgroup-2', ['dvportgroup-2']],
    ['a name that is the id of another', 'network-1', ['network-5']],
    ['a name that several have', 'nodes', ['network-1', 'dvportgroup-2']],
    ['a path that ends in the middle of a name', 'odes', []],
    ['a path of another place', '/DC1/network/a/nodes', []],
    ['a part of a whole path', '/network/a/nodes', []],
    ['nothing', '', []],
  ])('is made by %s', (_, name, ids) => {
    expect(matching(all, name).map(({ ref }) => ref.value)).toEqual(ids);
  });

  it('lists those of one name by what tells them apart, and says that it may be given', () => {
    const ask = (): Candidate => chosen(all, 'nodes', question);
    expect(ask).toThrow('/DC0/network/a/nodes (network-1), /DC0/network/b/nodes (dvportgroup-2)');
    expect(ask).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/--network.*inventory path.*id/) }) as never,
    );
    expect(() => chosen(all, undefined, question)).toThrow('/DC0/network/a/nodes (network-1)');
    expect(() => chosen(all.slice(1, 4), undefined, question)).toThrow('/DC0/network/b/nodes, /DC0/network/x%2fy, ');
    expect(() => chosen(all.slice(2), undefined, question)).toThrow('x/y, 50%, network-1');
  });
});
