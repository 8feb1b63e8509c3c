import { SealiftError } from '@sealift/core/errors';
import { currentWait, failureOf, type FrozenUpgrade, type PlanStep, progressOf } from '@sealift/core/upgrade';
import { describe, expect, test, vi } from 'vitest';
import { ProcessModel, quickTiming } from '../testing/process-model.ts';
import { sampleEffects, sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { newSetting, type Setting, upgradeId } from '../testing/setting.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 30_000 });

const run = (
  setting: Setting,
  ...rest: ConstructorParameters<typeof ProcessModel> extends [unknown, ...infer R] ? R : never
) => new ProcessModel(setting, ...rest).engine.run(upgradeId);

/** The sample upgrade with another step in the place of its workers'. */
function insteadOfWorkers(step: PlanStep): FrozenUpgrade {
  const upgrade = sampleUpgrade();
  const steps = upgrade.plan.hops[0]?.steps ?? [];
  const index = steps.findIndex(({ kind }) => kind === 'workers');
  steps.splice(index, 1, step);
  return upgrade;
}

describe('a run', () => {
  test('does every step of the plan in order and ends the lock', async () => {
    const setting = newSetting(sampleUpgrade(), 'ready');
    const seen: string[] = [];
    const outcome = await run(setting, 'a', null, { onChange: (id) => void seen.push(id) });
    expect(outcome).toEqual({ upgradeId, result: 'rested', state: 'succeeded' });
    expect(setting.world.effects).toEqual(sampleEffects);
    expect(seen).toHaveLength(setting.store.entries.length);
    const steps = progressOf(sampleUpgrade().plan, setting.store.entries);
    expect(steps.every(({ state, fraction, finishedAt }) => state === 'done' && fraction === 1 && finishedAt)).toBe(
      true,
    );
    expect(currentWait(steps)).toBeNull();
  });

  test('records each intent before its effect and the evidence after it', async () => {
    const setting = newSetting();
    const order: string[] = [];
    await run(setting, 'a', null, {
      effect: (name) => void order.push(`effect ${name}`),
      journaled: ({ phase, stepId }) => {
        if (phase !== 'progress') order.push(`${phase} ${stepId}`);
      },
    });
    expect(order.slice(0, 6)).toEqual([
      'intent 0-lock-console',
      'effect lock',
      'evidence 0-lock-console',
      'intent 0-backup',
      'effect backup',
      'evidence 0-backup',
    ]);
  });

  test('tells how far the upload of the node image is', async () => {
    const setting = newSetting();
    await run(setting, 'a');
    const lines = setting.store.entries.filter(({ stepId, phase }) => stepId === '0-template' && phase === 'progress');
    expect(lines).toMatchObject([{ data: { fraction: 0.95, wait: { what: 'Uploading r_new', level: 'moving' } } }]);
  });

  test('leaves alone what already is as planned', async () => {
    const setting = newSetting();
    setting.world.groups.workers = { desired: { version: '1.26.10', template: 'r_new' }, updated: 3 };
    setting.world.lockedBy = upgradeId;
    await run(setting, 'a');
    expect(setting.world.effects).toEqual(
      sampleEffects.filter((one) => one !== 'lock' && one !== 'roll workers 1.26.10'),
    );
  });

  test('of an unknown upgrade is refused', async () => {
    await expect(new ProcessModel(newSetting(), 'a').engine.run('u2')).rejects.toMatchObject({
      code: 'UPGRADE_NOT_FOUND',
    });
  });

  test('of an upgrade that rests does nothing', async () => {
    const setting = newSetting(sampleUpgrade(), 'paused');
    expect(await run(setting, 'a')).toMatchObject({ result: 'rested', state: 'paused' });
    expect(setting.world.effects).toEqual([]);
  });

  test('is joined by a second call for the same upgrade', async () => {
    const setting = newSetting();
    const { engine } = new ProcessModel(setting, 'a');
    const [one, two] = await Promise.all([engine.run(upgradeId), engine.run(upgradeId)]);
    expect(one).toBe(two);
    expect(setting.world.effects).toEqual(sampleEffects);
  });
});

describe('a plan that was not approved, or cannot be done,', () => {
  test('is refused by its hash before anything acts', async () => {
    const setting = newSetting();
    setting.world.lockedBy = upgradeId;
    setting.store.add(upgradeId, sampleUpgrade(), 'running', 'f'.repeat(64));
    expect(await run(setting, 'a')).toMatchObject({ state: 'failed' });
    expect(setting.world.effects).toEqual(['unlock']);
    expect(failureOf(setting.store.entries)).toMatchObject({ code: 'UPGRADE_HASH_MISMATCH' });
  });

  test('is refused when it has a step of a kind this version does not know', async () => {
    const gateways = { id: '0-gateways', title: 'Gateways', rollback: 'restorable', kind: 'gateways' } as const;
    const setting = newSetting(insteadOfWorkers({ ...gateways, target: { minimum: '4.2.0' } }));
    setting.world.lockedBy = upgradeId;
    expect(await run(setting, 'a')).toMatchObject({ state: 'failed' });
    expect(setting.world.effects).toEqual(['unlock']);
    expect(failureOf(setting.store.entries)).toMatchObject({ code: 'STEP_UNSUPPORTED' });
  });

  test('is refused when a late step lacks something', async () => {
    const setting = newSetting({ ...sampleUpgrade(), hops: [{ layers: [] }] });
    setting.world.lockedBy = upgradeId;
    expect(await run(setting, 'a')).toMatchObject({ state: 'failed' });
    expect(setting.world.effects).toEqual(['unlock']);
    expect(failureOf(setting.store.entries)).toMatchObject({ code: 'PLAN_INCOMPLETE' });
  });
});

describe('a journal that cannot be written', () => {
  test('stops everything, whichever line it is, until it can be written again', async () => {
    for (let line = 0; line < 25; line += 1) {
      const setting = newSetting();
      const append = setting.store.journal.append.bind(setting.store.journal);
      let written = 0;
      let broken = false;
      const acts: string[] = [];
      const process = new ProcessModel(setting, 'a', null, { effect: (name) => void (broken && acts.push(name)) });
      setting.store.journal.append = async (entry) => {
        if (written++ === line) broken = true;
        if (broken) throw new Error('the disk is full');
        await append(entry);
      };
      expect(await process.engine.run(upgradeId)).toMatchObject({ result: 'stopped', reason: 'journal-unavailable' });
      expect(acts).toEqual([]);
      broken = false;
      expect(await process.engine.run(upgradeId)).toMatchObject({ state: 'succeeded' });
      expect(setting.world.effects).toEqual(sampleEffects);
    }
  });
});

describe('a failure of a step', () => {
  const passing = () => new SealiftError('SIMULATOR_UNREACHABLE', { values: { reason: 'passes' } });
  const lasting = () => new SealiftError('INPUT_INVALID', { values: { what: 'x', reason: 'lasts' } });

  test('that passes is tried again until it works', async () => {
    const setting = newSetting();
    let failures = 20;
    const outcome = await run(setting, 'a', null, {
      effect: (name) => {
        if (name.startsWith('roll') && failures-- > 0) throw passing();
      },
    });
    expect(outcome).toMatchObject({ state: 'succeeded' });
    expect(setting.world.effects).toEqual(sampleEffects);
  });

  test('that lasts, before anything that stays, opens the console again', async () => {
    const setting = newSetting();
    const outcome = await run(setting, 'a', null, {
      effect: (name) => {
        if (name === 'import r_new') throw lasting();
      },
    });
    expect(outcome).toMatchObject({ state: 'failed' });
    expect(setting.world.effects).toEqual(['lock', 'backup', 'unlock']);
    expect(failureOf(setting.store.entries)).toMatchObject({ code: 'INPUT_INVALID' });
  });

  test('that lasts, after the cluster was changed, needs a person and goes on where it stopped', async () => {
    const setting = newSetting();
    const outcome = await run(setting, 'a', null, {
      effect: (name) => {
        if (name.startsWith('apply platform')) throw lasting();
      },
    });
    expect(outcome).toMatchObject({ state: 'needs-human' });
    expect(setting.world.lockedBy).toBe(upgradeId);
    const steps = progressOf(sampleUpgrade().plan, setting.store.entries);
    expect(steps.find(({ id }) => id === '0-layer-addon-platform')).toMatchObject({ state: 'failed' });
    expect(failureOf(setting.store.entries)).toMatchObject({ code: 'INPUT_INVALID' });
    setting.store.byHand(upgradeId, 'resume');
    expect(await run(setting, 'b')).toMatchObject({ state: 'succeeded' });
    expect(setting.world.effects).toEqual(sampleEffects);
    expect(failureOf(setting.store.entries)).toBeNull();
  });

  test('without a name is tried a few times, then needs a person', async () => {
    const setting = newSetting();
    let attempts = 0;
    const outcome = await run(setting, 'a', null, {
      effect: (name) => {
        if (!name.startsWith('roll')) return;
        attempts += 1;
        throw new TypeError('unexpected');
      },
    });
    expect(outcome).toMatchObject({ state: 'needs-human' });
    expect(attempts).toBe(5);
    expect(failureOf(setting.store.entries)).toMatchObject({ code: 'INTERNAL' });
  });

  test('by its deadline says what it was waiting for', async () => {
    const setting = newSetting();
    setting.world.templates.set('r_new', {
      name: 'r_new',
      sha256: null,
      kubernetes: '1.26.10',
      poweredOn: true,
      marked: true,
    });
    const outcome = await run(setting, 'a', null, {
      timing: { ...quickTiming, deadlineMs: 1000 },
      journaled: ({ stepId, phase }) => {
        if (stepId === '0-template' && phase === 'progress') setting.clock.advance(1000);
      },
    });
    expect(outcome).toMatchObject({ state: 'failed' });
    expect(failureOf(setting.store.entries)).toMatchObject({
      code: 'STEP_DEADLINE',
      message: expect.stringContaining('the VM r_new is powered on'),
    });
  });
});

describe('a person, in the middle of a wait,', () => {
  /** What the engine does once a person acted while it waits for the control plane, with two looks still to come. */
  const during = async (act: (setting: Setting) => void) => {
    const setting = newSetting();
    let isDone = false;
    const outcome = await run(setting, 'a', null, {
      journaled: ({ stepId, phase }) => {
        if (isDone || stepId !== '0-control-plane' || phase !== 'progress') return;
        isDone = true;
        act(setting);
      },
    });
    const phases = setting.store.entries.filter(({ stepId }) => stepId === '0-control-plane').map(({ phase }) => phase);
    return { outcome, phases, setting };
  };

  test('pauses there, not at the end of the step', async () => {
    const { outcome, phases } = await during(({ store }) => store.byHand(upgradeId, 'pause'));
    expect(outcome).toMatchObject({ result: 'stopped', reason: 'paused' });
    expect(phases).toEqual(['intent', 'progress']);
  });

  test('aborts there, not at the end of the step', async () => {
    const { outcome, phases, setting } = await during(({ store }) => store.byHand(upgradeId, 'abort'));
    expect(outcome).toMatchObject({ result: 'rested', state: 'aborted' });
    expect(phases).toEqual(['intent', 'progress']);
    expect(setting.world.lockedBy).toBeNull();
  });
});

describe('an upgrade of layers only', () => {
  /** The sample upgrade without its node image. */
  function layersOnly(): FrozenUpgrade {
    const upgrade = sampleUpgrade();
    const kept = new Set(['lock-console', 'backup', 'layer', 'remove-layer', 'validate', 'unlock-console']);
    const [hop] = upgrade.plan.hops;
    const steps = hop?.steps ?? [];
    steps.splice(0, steps.length, ...steps.filter(({ kind }) => kept.has(kind)));
    return upgrade;
  }

  test('that fails between two layers needs a person, and keeps the console locked', async () => {
    const setting = newSetting(layersOnly());
    const outcome = await run(setting, 'a', null, {
      effect: (name) => {
        if (name.startsWith('apply platform'))
          throw new SealiftError('INPUT_INVALID', { values: { what: 'x', reason: 'y' } });
      },
    });
    expect(outcome).toMatchObject({ result: 'rested', state: 'needs-human' });
    expect(setting.world.effects).toEqual(['lock', 'backup', 'apply cni-calico 3.26.1']);
    expect(setting.world.lockedBy).toBe(upgradeId);
  });
});

describe('what is taken back', () => {
  test('and does not come to its end by the deadline needs a person, and says so', async () => {
    const setting = newSetting();
    const passing = new SealiftError('SIMULATOR_UNREACHABLE', { values: { reason: 'passes' } });
    const lasting = new SealiftError('INPUT_INVALID', { values: { what: 'x', reason: 'lasts' } });
    const outcome = await run(setting, 'a', null, {
      timing: { ...quickTiming, deadlineMs: 1000 },
      effect: (name) => {
        if (name === 'import r_new') throw lasting;
        if (name === 'unlock') throw passing;
      },
      journaled: ({ phase, ...line }) => {
        if (phase === 'progress' && 'direction' in line.data && line.data.direction === 'back')
          setting.clock.advance(1000);
      },
    });
    expect(outcome).toMatchObject({ result: 'rested', state: 'needs-human' });
    expect(setting.world.lockedBy).toBe(upgradeId);
    expect(setting.store.entries.filter(({ phase }) => phase === 'failure')).toMatchObject([
      { stepId: '0-template', data: { direction: 'forward', failure: { code: 'INPUT_INVALID' } } },
      { stepId: '0-lock-console', data: { direction: 'back', failure: { code: 'STEP_DEADLINE' } } },
    ]);
  });
});

describe('a person', () => {
  test('pauses at a safe point and resumes', async () => {
    const setting = newSetting();
    const outcome = await run(setting, 'a', null, {
      effect: (name) => {
        if (name.startsWith('roll control-plane')) setting.store.byHand(upgradeId, 'pause');
      },
    });
    expect(outcome).toMatchObject({ result: 'stopped', reason: 'paused' });
    expect(setting.world.effects.at(-1)).toBe('roll control-plane 1.26.10');
    setting.store.byHand(upgradeId, 'resume');
    expect(await run(setting, 'a')).toMatchObject({ state: 'succeeded' });
    expect(setting.world.effects).toEqual(sampleEffects);
  });

  test('aborts at a safe point, and the console opens', async () => {
    const setting = newSetting();
    const outcome = await run(setting, 'a', null, {
      effect: (name) => {
        if (name.startsWith('roll control-plane')) setting.store.byHand(upgradeId, 'abort');
      },
    });
    expect(outcome).toMatchObject({ state: 'aborted' });
    expect(setting.world.effects.slice(-2)).toEqual(['roll control-plane 1.26.10', 'unlock']);
    const last = setting.store.entries.at(-1);
    expect(last?.data).toMatchObject({
      begun: ['0-lock-console', '0-backup', '0-template', '0-cns', '0-control-plane'],
    });
  });
});

test('a stalled wait says so, since when, and goes on', async () => {
  const setting = newSetting();
  const template = () => setting.world.templates.get('r_new');
  let found = template();
  const outcome = await run(setting, 'a', null, {
    timing: { ...quickTiming, stallMs: 1000 },
    effect: (name) => {
      if (!name.startsWith('roll control-plane')) return;
      found = template();
      setting.world.templates.delete('r_new');
    },
    journaled: (entry) => {
      if (entry.stepId !== '0-control-plane' || entry.phase !== 'progress') return;
      if (entry.data.wait.level !== 'stalled') setting.clock.advance(1000);
      else if (found !== undefined) setting.world.templates.set('r_new', found);
    },
  });
  expect(outcome).toMatchObject({ state: 'succeeded' });
  const waits = setting.store.entries.flatMap((entry) =>
    entry.stepId === '0-control-plane' && entry.phase === 'progress' ? [entry.data.wait] : [],
  );
  const stalled = waits.find(({ level }) => level === 'stalled');
  expect(stalled?.what).toContain('there is no template r_new');
  expect(stalled?.since).toBe(waits.find(({ what }) => what === stalled?.what)?.since);
});

test('a wait keeps the time since when it stands over the death of the process', async () => {
  const setting = newSetting();
  setting.world.templates.set('r_new', {
    name: 'r_new',
    sha256: null,
    kubernetes: '1.26.10',
    poweredOn: true,
    marked: true,
  });
  const begun = new ProcessModel(setting, 'a', null, {
    journaled: ({ stepId, phase }) => {
      if (stepId === '0-template' && phase === 'progress') void begun.engine.close();
    },
  });
  await begun.engine.run(upgradeId);
  const { plan } = sampleUpgrade();
  const before = currentWait(progressOf(plan, setting.store.entries));
  expect(before).toMatchObject({ what: 'the VM r_new is powered on', level: 'blocked' });
  setting.clock.advance(60_000);
  const lines = setting.store.entries.length;
  const later = new ProcessModel(setting, 'b', null, { timing: { ...quickTiming, deadlineMs: 0 } });
  expect(await later.engine.run(upgradeId)).toMatchObject({ result: 'rested' });
  const waits = setting.store.entries.slice(lines).flatMap((entry) => (entry.phase === 'progress' ? [entry.data] : []));
  for (const { wait } of waits) expect(wait.since).toBe(before?.since);
});

describe('an upgrade that this version cannot read', () => {
  const unreadable = () => new SealiftError('RECORD_FORMAT_OTHER', { values: { what: 'x', found: 'none', format: 1 } });

  test.each(['frozen', 'read'] as const)('(%s) needs a person, who can end it', async (method) => {
    const setting = newSetting();
    Object.assign(setting.store.journal, { [method]: () => Promise.reject(unreadable()) });
    expect(await run(setting, 'a')).toMatchObject({ result: 'rested', state: 'needs-human' });
    expect(setting.store.entries.at(-1)?.data).toMatchObject({ failure: { code: 'RECORD_FORMAT_OTHER' } });
    expect(setting.world.effects).toEqual([]);
    expect(setting.store.byHand(upgradeId, 'abort')).toBe('aborted');
  });

  test('needs a person also while it is being aborted', async () => {
    const setting = newSetting(sampleUpgrade(), 'aborting');
    setting.store.journal.frozen = () => Promise.reject(unreadable());
    expect(await run(setting, 'a')).toMatchObject({ state: 'needs-human' });
  });
});

test('an engine that is closed gives the lease back at once', async () => {
  const setting = newSetting();
  let close: Promise<void> | undefined;
  const process: ProcessModel = new ProcessModel(setting, 'a', null, {
    effect: (name) => {
      if (name.startsWith('roll control-plane')) close = process.engine.close();
    },
  });
  expect(await process.engine.run(upgradeId)).toMatchObject({ result: 'stopped', reason: 'cancelled' });
  await close;
  expect(await run(setting, 'b')).toMatchObject({ state: 'succeeded' });
  expect(setting.world.effects).toEqual(sampleEffects);
});
