import type { RollbackReadiness } from '@sealift/core/upgrade';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedConsole } from '../../testing/scripted-console.ts';

const at = '2026-11-01T00:00:00.000Z';
const open: RollbackReadiness = {
  possible: true,
  shut: null,
  items: [
    {
      id: '0-layer-cni-calico',
      does: 'undone',
      text: 'calico goes back from 2 to 1, with its former values',
      done: false,
    },
    { id: '0-backup', does: 'stays', text: 'The backup stays', done: false },
  ],
  estimate: null,
};
const step = { id: '0-workers', title: 'Roll the workers', since: at };
const shut: RollbackReadiness = {
  ...open,
  possible: false,
  shut: { step, reason: 'it cannot be taken back', remedy: 'Go on.' },
};

function upgrade(rollback: RollbackReadiness | null, state = 'paused') {
  const ends = { from: '4.2.12', to: '4.2.13' };
  const moments = { createdAt: at, confirmedAt: at, finishedAt: null, preflightAt: at };
  const none = { layers: [], preflight: [], blockers: [], steps: [], waitingFor: null, failure: null, plan: null };
  return {
    id: 'u1',
    product: 'Harborview',
    ...ends,
    state,
    ...moments,
    ...none,
    confirmedBy: 'ann',
    hash: null,
    fraction: 0,
    rollback,
  };
}

let site: ScriptedConsole;
beforeEach(async () => {
  site = await ScriptedConsole.start();
});
afterEach(() => site.stop());

const url = '/api/v1/upgrades/u1/rollback';
const answer = (call: string, body: unknown, status = 200) => site.answers.set(call, { status, body });

describe('sealift upgrade rollback', () => {
  it('asks for it with the reason, and lists what is put back and what stays', async () => {
    answer('GET /api/v1/upgrades/u1', upgrade(open));
    answer(`POST ${url}`, upgrade(open, 'rolling-back'), 202);
    const { code, out } = await site.sealift(['upgrade', 'rollback', 'u1', '--reason', 'late']);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'u1  back from 4.2.13 to 4.2.12',
      'can go back: yes, 1 thing to put back',
      '  to put back: calico goes back from 2 to 1, with its former values',
      '  stays: The backup stays',
      '  usual time: unknown',
      'It is being rolled back; follow it with: sealift upgrade watch',
    ]);
    expect(site.asked.at(-1)?.body).toEqual({ reason: 'late' });
  });

  it('with --dry-run asks for nothing, and exits with 3 where the way back is shut', async () => {
    answer('GET /api/v1/upgrades/u1', upgrade(open));
    answer(`GET ${url}`, { id: 'u1', state: 'paused', rollback: open });
    expect((await site.sealift(['upgrade', 'rollback', 'u1', '--dry-run'])).code).toBe(0);
    answer(`GET ${url}`, { id: 'u1', state: 'paused', rollback: shut });
    const told = await site.sealift(['upgrade', 'rollback', 'u1', '--dry-run']);
    expect(told).toMatchObject({
      code: 3,
      out: expect.stringContaining(`can go back: no, since “Roll the workers” (${at})`),
    });
    expect(told.out).toContain('fix: Go on.');
    const read = await site.sealift(['upgrade', 'rollback', 'u1', '--dry-run', '--json']);
    expect([read.code, JSON.parse(read.out)]).toEqual([3, { id: 'u1', state: 'paused', rollback: shut }]);
    expect(site.asked.every(({ call }) => call.startsWith('GET'))).toBe(true);
  });

  it('says of a draft that nothing can be taken back', async () => {
    answer('GET /api/v1/upgrades/u1', upgrade(null, 'draft'));
    answer(`GET ${url}`, { id: 'u1', state: 'draft', rollback: null });
    const told = await site.sealift(['upgrade', 'rollback', 'u1', '--dry-run']);
    expect(told).toMatchObject({ code: 3, out: expect.stringContaining('it has not begun') });
  });

  it('is about the upgrade that needs a person where none is named', async () => {
    const ended = { ...upgrade(null, 'succeeded'), id: 'u0', finishedAt: at };
    answer('GET /api/v1/upgrades', { upgrades: [upgrade(open, 'needs-human'), ended] });
    answer('GET /api/v1/upgrades/u1', upgrade(open, 'needs-human'));
    answer(`GET ${url}`, { id: 'u1', state: 'needs-human', rollback: open });
    expect((await site.sealift(['upgrade', 'rollback', '--dry-run'])).out).toContain('u1  back from');
  });
});

describe('sealift upgrade on-failure', () => {
  it('chooses, and refuses what is no choice before it asks', async () => {
    answer('GET /api/v1/upgrades/u1', upgrade(null, 'draft'));
    answer('PUT /api/v1/upgrades/u1/on-failure', { ...upgrade(null, 'draft'), onFailure: 'roll-back' });
    const chosen = await site.sealift(['upgrade', 'on-failure', 'roll-back', '--id', 'u1']);
    expect(chosen).toMatchObject({ code: 0, out: expect.stringContaining('rolls back by itself') });
    expect(site.asked.at(-1)?.body).toEqual({ onFailure: 'roll-back' });
    const before = site.asked.length;
    expect((await site.sealift(['upgrade', 'on-failure', 'panic', '--id', 'u1'])).notes).toContain('USAGE');
    expect(site.asked).toHaveLength(before);
  });
});
