import { describe, expect, it } from 'vitest';
import { whereItStands } from './where-it-stands.ts';

const to = (version: string, state: Parameters<typeof whereItStands>[2][number]['state']) => ({
  id: `${version}-${state}`,
  to: version,
  state,
});

describe('how far a platform is on its way to a release', () => {
  it.each([
    ['runs it', '4.2.13', [to('4.2.13', 'succeeded')], { stand: 'there' }],
    ['has never heard of it', '4.2.12', [], { stand: 'not-begun' }],
    ['has tried it, and gone back', '4.2.12', [to('4.2.13', 'rolled-back')], { stand: 'not-begun' }],
    ['has a draft', '4.2.12', [to('4.2.13', 'draft')], { stand: 'draft', id: '4.2.13-draft' }],
    ['is on the way', '4.2.12', [to('4.2.13', 'running')], { stand: 'under-way', id: '4.2.13-running' }],
    // It runs it already, and the unlocking is still to come.
    ['is about to end it', '4.2.13', [to('4.2.13', 'running')], { stand: 'under-way', id: '4.2.13-running' }],
    ['goes somewhere else', '4.2.12', [to('4.2.14', 'running')], { stand: 'not-begun' }],
  ] as const)('that %s', (_, installed, upgrades, stand) => {
    expect(whereItStands('4.2.13', installed, upgrades)).toEqual(stand);
  });
});
