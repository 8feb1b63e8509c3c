import { SealiftError } from '@sealift/core/errors';
import { currentWait, failureOf, progressOf, type FrozenUpgrade, type PlanStep } from '@sealift/core/upgrade';
import { sampleEffects, sampleUpgrade } from '@sealift/testkit/upgrade/sample-upgrade';
import { describe, expect, test } from 'vitest';
import { ProcessModel, runOnce } from '../testing/process-model.ts';
import { newSetting, upgradeId } from '../testing/setting.ts';

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
    const outcome = await runOnce(setting, 'a', null, { onChange: (id) => void seen.push(id) });
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
    await runOnce(setting, 'a', null, {
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
    await runOnce(setting, 'a');
    const lines = setting.store.entries.filter(({ stepId, phase }) => stepId === '0-template' && phase === 'progress');
    expect(lines).toMatchObject([{ data: { fraction: 0.95, wait: { what: 'Uploading r_new', level: 'moving' } } }]);
  });

  test('leaves alone what already is as planned', async () => {
    const setting = newSetting();
    setting.world.groups.workers = { desired: { version: '1.26.10', template: 'r_new' }, updated: 3 };
    setting.world.lockedBy = upgradeId;
    await runOnce(setting, 'a');
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
    expect(await runOnce(setting, 'a')).toMatchObject({ result: 'rested', state: 'paused' });
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
    expect(await runOnce(setting, 'a')).toMatchObject({ state: 'failed' });
    expect(setting.world.effects).toEqual(['unlock']);
    expect(failureOf(setting.store.entries)).toMatchObject({ code: 'UPGRADE_HASH_MISMATCH' });
  });

  test('is refused when it has a step of a kind this version does not know', async () => {
    const novel = { id: '0-novel', title: 'Novel', rollback: 'restorable', kind: 'novel' };
    const setting = newSetting(insteadOfWorkers(novel as unknown as PlanStep));
    setting.world.lockedBy = upgradeId;
    expect(await runOnce(setting, 'a')).toMatchObject({ state: 'failed' });
    expect(setting.world.effects).toEqual(['unlock']);
    expect(failureOf(setting.store.entries)).toMatchObject({ code: 'STEP_UNSUPPORTED' });
  });

  test('is refused when a late step lacks something', async () => {
    const setting = newSetting({ ...sampleUpgrade(), hops: [{ layers: [] }] });
    setting.world.lockedBy = upgradeId;
    expect(await runOnce(setting, 'a')).toMatchObject({ state: 'failed' });
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

describe('an upgrade that this version cannot read', () => {
  const unreadable = () => new SealiftError('RECORD_FORMAT_OTHER', { values: { what: 'x', found: 'none', format: 1 } });

  test.each(['frozen', 'read'] as const)('(%s) needs a person, who can end it', async (method) => {
    const setting = newSetting();
    Object.assign(setting.store.journal, { [method]: () => Promise.reject(unreadable()) });
    expect(await runOnce(setting, 'a')).toMatchObject({ result: 'rested', state: 'needs-human' });
    expect(setting.store.entries.at(-1)?.data).toMatchObject({ failure: { code: 'RECORD_FORMAT_OTHER' } });
    expect(setting.world.effects).toEqual([]);
    expect(setting.store.byHand(upgradeId, 'abort')).toBe('aborting');
    expect(await runOnce(setting, 'b')).toMatchObject({ result: 'rested', state: 'aborted' });
    expect(setting.world.effects).toEqual([]);
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
  expect(await runOnce(setting, 'b')).toMatchObject({ state: 'succeeded' });
  expect(setting.world.effects).toEqual(sampleEffects);
});
