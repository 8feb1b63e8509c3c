import type { UpgradeCourse } from '@sealift/core/api';
import { type JournalEntry, type Plan, type UpgradeState, upgradeTree, waitingFor } from '@sealift/core/upgrade';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { digest, ScriptedConsole, summary, token } from '../../testing/scripted-console.ts';
import { testContext } from '../../testing/test-context.ts';

let site: ScriptedConsole;
beforeEach(async () => {
  site = await ScriptedConsole.start();
  site.answers.set('GET /api/v1/summary', { status: 200, body: summary });
});
afterEach(() => site.stop());

const target = { kubernetes: '1.26.10', template: 't' };
const plan: Plan = {
  product: 'Harborview',
  from: '4.2.12',
  to: '4.2.13',
  nodeImage: { needed: true, kubernetesFrom: '1.26.8', kubernetesTo: '1.26.10', reason: 'the node image changes' },
  hops: [
    {
      from: '4.2.12',
      to: '4.2.13',
      release: digest,
      steps: [
        { id: '0-backup', kind: 'backup', title: 'Back up', rollback: 'reversible' },
        { id: '0-workers', kind: 'workers', title: 'Roll the workers', rollback: 'one-way', target },
      ],
    },
  ],
};
const at = '2026-11-01T00:00:00.000Z';
const entry = (stepId: string, line: Omit<JournalEntry, 'upgradeId' | 'stepId' | 'epoch' | 'at'>): JournalEntry =>
  ({ upgradeId: 'u1', stepId, epoch: 1, at, ...line }) as JournalEntry;
const done = (stepId: string) =>
  entry(stepId, { phase: 'evidence', data: { direction: 'forward', message: 'it is so', details: {} } });
const waits = (what: string) => {
  const wait = { ...waitingFor(what, { object: { kind: 'Machine', name: 'w-1' } }), since: at };
  return entry('0-workers', { phase: 'progress', data: { direction: 'forward', fraction: 0.5, wait } });
};
const history = [10, 20].flatMap((s) => [
  { kind: 'backup', size: 1, ms: s * 1000 } as const,
  { kind: 'workers', size: 1, ms: s * 60_000 } as const,
]);

function course(state: UpgradeState, entries: readonly JournalEntry[] = [], known = history): UpgradeCourse {
  const now = new Date(Date.parse(at) + 60_000);
  const nodes = { 'control-plane': 1, workers: 1 };
  const tree = upgradeTree({ plan, state, entries, history: known, nodes, now });
  const { product, from, to } = plan;
  const shown = {
    id: 'u1',
    product,
    from,
    to,
    state,
    at: now.toISOString(),
    startedAt: at,
    finishedAt: null,
    hash: 'f'.repeat(64),
  };
  return { ...shown, tree, failure: null, rollback: null };
}

function upgrade(state: UpgradeState) {
  return {
    id: 'u1',
    product: 'Harborview',
    from: '4.2.12',
    to: '4.2.13',
    state,
    plan,
    layers: [],
    preflight: [],
    blockers: [],
    hash: 'f'.repeat(64),
    confirmedBy: 'ann',
    confirmedAt: at,
    finishedAt: null,
    steps: [],
    fraction: 0,
    createdAt: at,
    preflightAt: at,
    waitingFor: null,
    failure: null,
  };
}

type Step = { readonly status: number; readonly body: unknown };

/** What the console answers one after the other. */
function answers(call: string, ...steps: readonly Step[]): void {
  const chain = steps
    .toReversed()
    .reduce<(Step & { next?: Step }) | undefined>(
      (next, step) => (next === undefined ? step : { ...step, next }),
      undefined,
    );
  if (chain !== undefined) site.answers.set(call, chain);
}

const ok = (body: unknown): Step => ({ status: 200, body });
const tree = 'GET /api/v1/upgrades/u1/tree';
const one = 'GET /api/v1/upgrades/u1';

describe('sealift upgrade plan', () => {
  it('draws the steps, how each can be taken back, and the point of no return', async () => {
    answers(one, ok(upgrade('draft')));
    answers(tree, ok(course('draft')));
    const { code, out } = await site.sealift(['upgrade', 'plan', 'u1']);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'u1  Harborview 4.2.12 to 4.2.13: draft',
      'node image: the node image changes',
      '4.2.12 to 4.2.13',
      '  Back up  (reversible; usual time 0:10, nine times of ten at most 0:20)',
      '  ---- point of no return: from here on it is finished, not taken back ----',
      '  Roll the workers  (one-way; usual time 10:00, nine times of ten at most 20:00)',
      'on failure: it stops and waits for a person',
      `hash ${'f'.repeat(64)}`,
    ]);
    const { out: json } = await site.sealift(['upgrade', 'plan', 'u1', '--json']);
    expect(JSON.parse(json)).toMatchObject({ tree: { pointOfNoReturn: '0-workers' } });
  });

  it('says unknown where this site has no history', async () => {
    answers(one, ok(upgrade('draft')));
    answers(tree, ok(course('draft', [], [])));
    expect((await site.sealift(['upgrade', 'plan', 'u1'])).out).toContain('Back up  (reversible; usual time unknown)');
  });
});

describe('sealift upgrade watch', () => {
  const running = course('running', [done('0-backup'), waits('w-1 drains')]);
  const succeeded = course('succeeded', [done('0-backup'), done('0-workers')]);

  it('prints a line for each thing that happens, goes on after a restart of the console, and ends with the sentences', async () => {
    answers(one, ok(upgrade('running')));
    answers(tree, ok(running), ok(running), { status: 502, body: 'bad gateway' }, ok(running), ok(succeeded));
    const { code, out, notes } = await site.sealift(['upgrade', 'watch', 'u1']);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'done: Back up: it is so',
      `running: Roll the workers: waits for: w-1 drains (moving, since ${at})`,
      '1 of 2 steps, 10% of the time, time left 9:00, nine times of ten at most 19:00',
      'state: running',
      'done: Roll the workers: it is so',
      '2 of 2 steps, 100% of the time',
      'state: succeeded',
      'Upgraded Harborview from 4.2.12 to 4.2.13.',
      'yes  You are using the latest version of Harborview',
      'no   On-prem system console is healthy',
    ]);
    expect(notes).toContain('waiting for it to come back');
  });

  it('prints one object a line whenever something has changed, and tells the end by the exit code', async () => {
    answers(one, ok(upgrade('running')));
    const later = { ...running, at: '2026-11-01T00:02:00.000Z' };
    answers(tree, ok(running), ok(later), ok(course('aborted', [done('0-backup')])));
    const { code, out } = await site.sealift(['upgrade', 'watch', 'u1', '--json']);
    expect(code).toBe(3);
    expect(out.split('\n').map((line) => (JSON.parse(line) as UpgradeCourse).state)).toEqual(['running', 'aborted']);
  });

  it('draws the tree over itself on a terminal, and what another side says cannot steer that', async () => {
    answers(one, ok(upgrade('running')));
    const hostile = course('running', [done('0-backup'), waits('w-1 \u001b[2J\ndrains')]);
    answers(tree, ok(hostile), ok(succeeded));
    const drawn: string[] = [];
    const screen = { columns: 60, rows: 30, write: (text: string) => void drawn.push(text) };
    const env = { SEALIFT_URL: site.url, SEALIFT_TOKEN: token, HOME: site.folder };
    const { context } = testContext({ env, screen });
    expect(await run(['upgrade', 'watch', 'u1'], context)).toBe(0);
    const [first = '', second = ''] = drawn;
    const lines = first.replace('\r\u001b[J', '').trimEnd().split('\n');
    expect(lines[0]).toBe('Harborview 4.2.12 to 4.2.13: Running');
    expect(lines).toContain('  x Back up  0:00');
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}> Roll the workers {2}1:00 \(usual time/));
    expect(lines).toContainEqual(expect.stringContaining('waits for: w-1  [2J drains'));
    expect(lines).toContainEqual(expect.stringContaining('point of no return'));
    for (const line of lines) expect(line.length).toBeLessThan(60);
    expect(first).not.toContain('\u001b[2J');
    expect(second.startsWith(`\u001b[${lines.length}A\r\u001b[J`)).toBe(true);
  });

  it('does not wait for one that was never confirmed', async () => {
    answers(one, ok(upgrade('draft')));
    expect((await site.sealift(['upgrade', 'watch', 'u1'])).notes).toContain('UPGRADE_BLOCKED');
  });
});

describe('sealift upgrade logs', () => {
  const record = (sequence: number, stepId: string, line: object | null) => ({
    sequence,
    at,
    epoch: 1,
    stepId,
    line,
    problem: line === null ? 'it is damaged' : null,
  });
  const begins = { phase: 'intent', data: { direction: 'forward', message: 'Backing up', details: {} } };
  const aborted = { phase: 'state', data: { state: 'aborted', by: 'ann', reason: 'the window\nis over' } };
  const journal = (after: number) => `GET /api/v1/upgrades/u1/journal?after=${after}`;

  it('prints what each line says, page by page, also that one cannot be read', async () => {
    answers(one, ok(upgrade('aborted')));
    answers(journal(0), ok({ entries: [record(1, '0-backup', begins)], next: 1, more: true }));
    answers(journal(1), ok({ entries: [record(2, '', aborted), record(3, '', null)], next: 3, more: false }));
    const { out } = await site.sealift(['upgrade', 'logs', 'u1']);
    expect(out.split('\n')).toEqual([
      `${at}  0-backup  begins: Backing up`,
      `${at}  upgrade  the upgrade is now: Aborted, by ann, because: the window is over`,
      `${at}  upgrade  this line cannot be read: it is damaged`,
    ]);
  });

  it('follows it to the end, each line once, also what the end wrote', async () => {
    answers(one, ok(upgrade('running')), ok(upgrade('running')), ok(upgrade('aborted')));
    const nothing = { entries: [], next: 1, more: false };
    answers(journal(0), ok({ entries: [record(1, '0-backup', begins)], next: 1, more: false }));
    answers(journal(1), ok(nothing), ok({ entries: [record(2, '', aborted)], next: 2, more: false }));
    const { out, code } = await site.sealift(['upgrade', 'logs', 'u1', '--follow', '--json']);
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => (JSON.parse(line) as { sequence: number }).sequence)).toEqual([1, 2]);
  });
});
