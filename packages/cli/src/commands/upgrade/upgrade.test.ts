import type { Upgrade } from '@sealift/core/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedConsole, summary } from '../../testing/scripted-console.ts';
import { layerSample, upgradeSample } from '../../testing/upgrade-sample.ts';

let site: ScriptedConsole;
beforeEach(async () => {
  site = await ScriptedConsole.start();
});
afterEach(() => site.stop());

const conflict = {
  path: ['charts', 'calico', 'mtu'],
  kind: 'conflict',
  current: { value: 1400, source: '1400', range: { start: 0, end: 4, line: 1 } },
  incoming: { value: 0, source: '0', range: { start: 0, end: 1, line: 1 } },
  reason: 'both changed it',
};
const preview = {
  ...layerSample,
  base: 'a: 1\n',
  current: 'a: 2\n',
  incoming: 'a: 3\n',
  merged: 'a: 2\n',
  decisions: [conflict],
  conflicts: [conflict],
  resolutions: [],
  pasted: null,
};

describe('upgrade', () => {
  beforeEach(() => {
    site.answers.set('GET /api/v1/summary', { status: 200, body: summary });
  });

  it('starts, and shows layers, steps and hash', async () => {
    site.answers.set('POST /api/v1/upgrades', { status: 201, body: upgradeSample({}) });
    const { out } = await site.sealift(['upgrade', 'start', '--to', '4.2.13']);
    expect(out).toContain('u1  Harborview 4.2.12 to 4.2.13: ready');
    expect(out).toContain(
      'layer cni-cni-calico  3.25.1 to 3.26.1: conflicts, 1 open conflicts, keeps 2 customisations',
    );
    expect(out).toContain('step Validate (reversible): waiting');
    expect(site.asked[0]?.body).toEqual({ to: '4.2.13' });
  });

  it('starts one that stays able to go back, and says so', async () => {
    const body = upgradeSample({ finalise: { stage: 'not-yet', by: null } });
    site.answers.set('POST /api/v1/upgrades', { status: 201, body });
    const { out } = await site.sealift(['upgrade', 'start', '--to', '4.2.13', '--reversible']);
    expect(out).toContain('reversible: the control plane can go back until you finalise it');
    expect(site.asked[0]?.body).toEqual({ to: '4.2.13', reversible: true });
  });

  it('says what can be done while the old minor is served, and finalises', async () => {
    const waits = upgradeSample({ state: 'running', finalise: { stage: 'waits', by: null } });
    site.answers.set('GET /api/v1/upgrades/u1', { status: 200, body: waits });
    const shown = await site.sealift(['upgrade', 'status', 'u1']);
    expect(shown.out).toContain('to go on, for good: sealift upgrade finalise u1');
    expect(shown.out).toContain('to go back: sealift upgrade pause u1, then sealift upgrade rollback u1');
    const body = { ...waits, finalise: { stage: 'waits', by: 'ann' } };
    site.answers.set('POST /api/v1/upgrades/u1/finalise', { status: 202, body });
    const done = await site.sealift(['upgrade', 'finalise', 'u1']);
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('Upgrade u1 is finalised') });
    expect((await site.sealift(['upgrade', 'finalise'])).code).not.toBe(0);
  });

  it('takes the upgrade under way when none is named, else the last', async () => {
    const ended = upgradeSample({ id: 'old', state: 'succeeded', finishedAt: '2026-01-01T00:00:00.000Z' });
    const newer = upgradeSample({ id: 'newer', state: 'aborted', finishedAt: '2026-02-01T00:00:00.000Z' });
    const list = (upgrades: Upgrade[]) => {
      site.answers.set('GET /api/v1/upgrades', { status: 200, body: { upgrades } });
      for (const one of upgrades) site.answers.set(`GET /api/v1/upgrades/${one.id}`, { status: 200, body: one });
    };
    list([ended, newer]);
    expect((await site.sealift(['upgrade', 'status'])).out).toContain('newer');
    list([ended, upgradeSample({ id: 'open' }), newer]);
    expect((await site.sealift(['upgrade', 'status'])).out).toContain('open');
    list([]);
    expect((await site.sealift(['upgrade', 'status'])).notes).toContain('UPGRADE_NONE');
  });

  it('shows a conflict with both sides and the command that settles it', async () => {
    site.answers.set('GET /api/v1/upgrades/u1', { status: 200, body: upgradeSample({}) });
    site.answers.set('GET /api/v1/upgrades/u1/layers/cni-cni-calico', { status: 200, body: preview });
    const { out } = await site.sealift(['upgrade', 'layers', 'cni-cni-calico', '--id', 'u1']);
    expect(out).toContain('current:  1400');
    expect(out).toContain(`sealift upgrade resolve cni-cni-calico --path '["charts","calico","mtu"]' --take current`);
    const text = ['upgrade', 'layers', 'cni-cni-calico', '--id', 'u1', '--text', 'incoming'];
    expect((await site.sealift(text)).out).toBe('a: 3');
  });

  it.each([
    [['--path', '/charts/calico/mtu', '--take', 'current'], { take: 'current' }],
    [['--path', 'charts.calico.mtu', '--take', 'base'], { take: 'base' }],
    [['--path', '["charts","calico","mtu"]', '--value', '1450'], { value: '1450' }],
  ])('resolves with %j, keeping other resolutions', async (choice, expected) => {
    const other = { path: ['b'], take: 'base' };
    const replaced = { path: conflict.path, take: 'base' };
    const before = { ...preview, resolutions: [other, replaced] };
    const resolutions = 'PUT /api/v1/upgrades/u1/layers/cni-cni-calico/resolutions';
    site.answers.set('GET /api/v1/upgrades/u1', { status: 200, body: upgradeSample({}) });
    site.answers.set('GET /api/v1/upgrades/u1/layers/cni-cni-calico', { status: 200, body: before });
    site.answers.set(resolutions, { status: 200, body: { ...preview, conflicts: [] } });
    const args = ['upgrade', 'resolve', 'cni-cni-calico', '--id', 'u1', ...choice];
    expect(await site.sealift(args)).toMatchObject({ code: 0, out: 'cni-cni-calico: 0 conflicts left' });
    const put = site.asked.find(({ call }) => call === resolutions);
    expect(put?.body).toEqual({ resolutions: [other, { path: conflict.path, ...expected }] });
  });

  it.each([
    [['--path', '["a"]']],
    [['--path', '["a"]', '--take', 'mine']],
    [['--path', '["a"]', '--take', 'current', '--value', '1']],
    [['--path', 'a..b', '--take', 'current']],
    [['--path', '[[1]]', '--take', 'current']],
  ])('refuses to resolve with %j before it asks the console', async (args) => {
    const { code } = await site.sealift(['upgrade', 'resolve', 'cni-cni-calico', ...args]);
    expect(code).toBeGreaterThan(0);
    expect(site.asked).toEqual([]);
  });

  it('accepts what a check found, for the objects that were shown, and takes that back', async () => {
    const risk = { consequence: 'Drains wait.', objects: ['PodDisruptionBudget shop/db'] };
    const found = { name: 'disruption-budgets', title: 'Budgets', outcome: 'block', detail: 'never', risk } as const;
    const draft = upgradeSample({ state: 'draft', preflight: [found] });
    const url = '/api/v1/upgrades/u1/risks/disruption-budgets';
    site.answers.set('GET /api/v1/upgrades/u1', { status: 200, body: draft });
    for (const method of ['PUT', 'DELETE']) site.answers.set(`${method} ${url}`, { status: 200, body: draft });
    const shown = await site.sealift(['upgrade', 'status', 'u1']);
    expect(shown.out).toContain('to accept: sealift upgrade accept-risk disruption-budgets --reason WHY');
    const accept = (check: string, ...args: string[]) =>
      site.sealift(['upgrade', 'accept-risk', check, '--id', 'u1', '--reason', 'by hand', ...args]);
    const accepted = await accept('disruption-budgets', '--expires', '2026-12-01T18:00:00Z');
    expect(accepted).toMatchObject({ code: 0, out: expect.stringContaining('shop/db: Drains wait.') });
    const put = site.asked.find(({ call }) => call === `PUT ${url}`);
    expect(put?.body).toEqual({ reason: 'by hand', objects: risk.objects, expiresAt: '2026-12-01T18:00:00.000Z' });
    expect((await accept('helm')).notes).toContain('RISK_NOT_ACCEPTABLE');
    expect((await accept('disruption-budgets', '--expires', 'soon')).notes).toContain('USAGE');
    expect(site.asked.filter(({ call }) => call.startsWith('PUT'))).toHaveLength(1);
    const withdrawn = await site.sealift(['upgrade', 'withdraw-risk', 'disruption-budgets', '--id', 'u1']);
    expect(withdrawn).toMatchObject({ code: 0, out: 'disruption-budgets is not accepted any more' });
  });

  it('looks at the site again, and exits with 2 while something blocks', async () => {
    site.answers.set('GET /api/v1/upgrades/u1', { status: 200, body: upgradeSample({ state: 'draft' }) });
    const look = 'POST /api/v1/upgrades/u1/preflight';
    site.answers.set(look, { status: 200, body: upgradeSample({ state: 'draft', blockers: ['node-1 is not ready'] }) });
    const blocked = await site.sealift(['upgrade', 'preflight', 'u1']);
    expect(blocked).toMatchObject({ code: 2, out: expect.stringContaining('blocked: node-1 is not ready') });
    site.answers.set(look, { status: 200, body: upgradeSample({ state: 'draft' }) });
    expect((await site.sealift(['upgrade', 'preflight', 'u1'])).code).toBe(0);
  });

  it('confirms a draft after a fresh look at the site, so that what is mended does not block', async () => {
    const draft = upgradeSample({ state: 'draft', blockers: ['node-1 is not ready'] });
    site.answers.set('GET /api/v1/upgrades/u1', { status: 200, body: draft });
    site.answers.set('POST /api/v1/upgrades/u1/preflight', { status: 200, body: upgradeSample({ state: 'draft' }) });
    site.answers.set('POST /api/v1/upgrades/u1/confirm', { status: 202, body: upgradeSample({ state: 'running' }) });
    expect((await site.sealift(['upgrade', 'confirm', 'u1'])).code).toBe(0);
  });

  it('confirms by the hash that was previewed, and nothing while something blocks', async () => {
    const confirm = 'POST /api/v1/upgrades/u1/confirm';
    site.answers.set(confirm, { status: 202, body: upgradeSample({ state: 'running' }) });
    site.answers.set('GET /api/v1/upgrades/u1', {
      status: 200,
      body: upgradeSample({ blockers: ['one conflict'], hash: null }),
    });
    expect((await site.sealift(['upgrade', 'confirm', 'u1'])).notes).toContain('one conflict');
    site.answers.set('GET /api/v1/upgrades/u1', { status: 200, body: upgradeSample({}) });
    const other = await site.sealift(['upgrade', 'confirm', 'u1', '--hash', 'e'.repeat(64)]);
    expect([other.code, other.notes.includes('UPGRADE_BLOCKED')]).toEqual([3, true]);
    expect(site.asked.some(({ call }) => call === confirm)).toBe(false);
    expect((await site.sealift(['upgrade', 'confirm', 'u1'])).code).toBe(0);
    expect(site.asked.find(({ call }) => call === confirm)?.body).toEqual({ hash: 'f'.repeat(64) });
  });

  it('says that another person has to approve, and that the upgrade did not start', async () => {
    const approval = { required: true, asked: { by: 'ann', at: '2026-11-23T10:00:00.000Z', stands: true } };
    const asked = upgradeSample({ state: 'draft', approval });
    site.answers.set('GET /api/v1/upgrades/u1', { status: 200, body: upgradeSample({ state: 'draft' }) });
    site.answers.set('POST /api/v1/upgrades/u1/preflight', { status: 200, body: upgradeSample({ state: 'draft' }) });
    site.answers.set('POST /api/v1/upgrades/u1/confirm', { status: 202, body: asked });
    const first = await site.sealift(['upgrade', 'confirm', 'u1']);
    expect([first.code, first.out]).toEqual([0, expect.stringContaining('another person than ann confirms')]);
    expect((await site.sealift(['upgrade', 'confirm', 'u1', '--wait'])).code).toBe(3);
    site.answers.set('GET /api/v1/upgrades/u1', { status: 200, body: asked });
    expect((await site.sealift(['upgrade', 'status', 'u1'])).out).toContain('ann asked for it at');
    site.answers.set('DELETE /api/v1/upgrades/u1/confirm', { status: 200, body: upgradeSample({ state: 'draft' }) });
    expect((await site.sealift(['upgrade', 'confirm', 'u1', '--withdraw'])).out).toContain('Nobody is asked');
  });

  it('waits for the end: 0 with the sentences when it succeeded, 3 with the reason when not', async () => {
    site.answers.set('GET /api/v1/upgrades/u1', {
      status: 200,
      body: upgradeSample({ state: 'succeeded', fraction: 1 }),
    });
    const good = await site.sealift(['upgrade', 'wait', 'u1']);
    expect(good.code).toBe(0);
    expect(good.out).toContain('Upgraded Harborview from 4.2.12 to 4.2.13.');
    expect(good.out).toContain('yes  You are using the latest version of Harborview');
    const failure = {
      code: 'X',
      message: 'a node did not come back',
      hint: 'look at it',
      next: 'needs-a-person',
    } as const;
    site.answers.set('GET /api/v1/upgrades/u1', { status: 200, body: upgradeSample({ state: 'failed', failure }) });
    const bad = await site.sealift(['upgrade', 'wait', 'u1']);
    expect(bad.code).toBe(3);
    expect(bad.notes).toContain('a node did not come back');
    expect((await site.sealift(['upgrade', 'wait', 'u1', '--json'])).code).toBe(3);
  });
});
