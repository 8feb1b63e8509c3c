import { SealiftError } from '@sealift/core/errors';
import {
  currentWait,
  failureOf,
  isStep,
  type PlanStep,
  progressOf,
  rollbackReadiness,
  stepOf,
} from '@sealift/core/upgrade';
import { exportOf } from '@sealift/testkit/upgrade/patch-upgrade';
import { reversibleUpgrade, runBeforeReversible } from '@sealift/testkit/upgrade/reversible-upgrade';
import type { World } from '@sealift/testkit/upgrade/world';
import { describe, expect, test } from 'vitest';
import { ProcessModel, quickTiming, runOnce } from '../testing/process-model.ts';
import { newSetting, type Setting, upgradeId } from '../testing/setting.ts';

const emulating = 'roll control-plane 1.37.2 serving 1.36 with etcd kept';
const backAgain = 'roll control-plane 1.36.3';
const native = 'roll control-plane 1.37.2 with etcd kept';
const ownEtcd = 'roll control-plane 1.37.2';

function settingOf(): Setting & { readonly before: string } {
  const setting = newSetting(reversibleUpgrade());
  runBeforeReversible(setting.world);
  return { ...setting, before: stateOf(setting.world) };
}

/** What can be told from outside; a group that was asked for its own stage is as one that was never asked. */
function stateOf(world: World): string {
  const exported = JSON.parse(exportOf(world));
  for (const group of Object.values(exported.groups) as Record<string, unknown>[]) {
    group['updated'] = 3;
    group['setup'] ??= '[]';
    group['stage'] ??= { emulates: null, pinsEtcd: false };
  }
  return JSON.stringify(exported, (_, value) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** Runs it until it waits for a person, who then does something. */
async function runUntilBaked(setting: Setting, holder: string, then: () => void): Promise<void> {
  let isTold = false;
  await runOnce(setting, holder, null, {
    journaled: ({ stepId, phase }) => {
      if (isTold || stepId !== '0-finalise' || phase !== 'progress') return;
      isTold = true;
      then();
    },
  });
}

const byHand = (setting: Setting, ...events: readonly ('pause' | 'resume' | 'rollback')[]) =>
  events.forEach((event) => setting.store.byHand(upgradeId, event));

describe('a hop that stays able to go back', () => {
  test('waits for a person while it serves the old minor, then goes on to the end', async () => {
    const setting = settingOf();
    const { world, store } = setting;
    await runUntilBaked(setting, 'a', () => byHand(setting, 'pause'));
    expect(world.effects).toEqual(['lock', 'backup', 'import r_new', emulating]);
    const steps = progressOf(reversibleUpgrade().plan, store.entries);
    expect(currentWait(steps)?.what).toContain('a person has to finalise');
    world.finalisedBy = 'ada';
    byHand(setting, 'resume');
    expect(await runOnce(setting, 'b')).toMatchObject({ state: 'succeeded' });
    expect(world.effects.slice(4)).toEqual([
      native,
      'roll workers 1.37.2',
      ownEtcd,
      'apply cni-calico 3.26.1',
      'install 4.2.13',
      'unlock',
    ]);
    const proof = store.entries.find(({ stepId, phase }) => stepId === '0-finalise' && phase === 'evidence');
    expect(proof?.data).toMatchObject({ details: { finalisedBy: 'ada' } });
  });

  test('is back as it was before with one rollout, and can then go forward again', async () => {
    const setting = settingOf();
    await runUntilBaked(setting, 'a', () => byHand(setting, 'pause', 'rollback'));
    const history = { history: [], nodes: { 'control-plane': 3, workers: 3 } };
    const readiness = rollbackReadiness({ upgrade: reversibleUpgrade(), entries: setting.store.entries, ...history });
    expect(readiness).toMatchObject({ possible: true, shut: null });
    expect(readiness.items[0]?.text).toContain('goes back from Kubernetes 1.37.2 to 1.36.3');
    expect(await runOnce(setting, 'b')).toMatchObject({ state: 'rolled-back' });
    expect(setting.world.effects.slice(4)).toEqual([backAgain, 'unlock']);
    expect(stateOf(setting.world)).toBe(setting.before);
    const again = newSetting(reversibleUpgrade());
    Object.assign(again.world.groups, structuredClone(setting.world.groups));
    again.world.layers.splice(0, Number.POSITIVE_INFINITY, ...structuredClone(setting.world.layers));
    again.world.finalisedBy = 'ada';
    expect(await runOnce(again, 'c')).toMatchObject({ state: 'succeeded' });
    expect(again.world.effects).toContain(emulating);
  });

  test('is back also from midway through the rollout', async () => {
    const setting = settingOf();
    await runOnce(setting, 'a', null, {
      effect: (name) => {
        if (name === emulating) byHand(setting, 'pause');
      },
    });
    byHand(setting, 'rollback');
    expect(await runOnce(setting, 'b')).toMatchObject({ state: 'rolled-back' });
    expect(setting.world.effects.slice(3)).toEqual([emulating, backAgain, 'unlock']);
    expect(stateOf(setting.world)).toBe(setting.before);
  });

  test('is not left serving the old minor by another upgrade to the same release', async () => {
    const setting = settingOf();
    await runUntilBaked(setting, 'a', () => byHand(setting, 'pause'));
    setting.store.byHand(upgradeId, 'abort');
    expect(await runOnce(setting, 'b')).toMatchObject({ state: 'aborted' });
    const { plan, ...frozen } = reversibleUpgrade();
    const steps = plan.hops.flatMap((hop) => hop.steps);
    const target = stepOf(steps, 'workers')?.target;
    if (target === undefined) throw new Error('no workers');
    const plainly = steps.flatMap((step): PlanStep[] => {
      if (isStep(step, 'finalise') || isStep(step, 'etcd')) return [];
      const { id, title } = step;
      const of = { id: '0-control-plane', title, rollback: 'one-way', target } as const;
      return [id === '0-emulated-control-plane' ? { ...of, kind: 'control-plane' } : step];
    });
    const hops = plan.hops.map((hop) => ({ ...hop, steps: plainly }));
    const other = { ...newSetting({ ...frozen, plan: { ...plan, hops } }), world: setting.world };
    expect(await runOnce(other, 'c')).toMatchObject({ state: 'succeeded' });
    expect(setting.world.groups['control-plane'].stage).toEqual({ emulates: null, pinsEtcd: false });
  });

  test('has no way back in place from the moment in which it is finalised', async () => {
    const setting = settingOf();
    setting.world.finalisedBy = 'ada';
    await runOnce(setting, 'a', null, {
      effect: (name) => {
        if (name === native) byHand(setting, 'pause');
      },
    });
    byHand(setting, 'rollback');
    const forward = [...setting.world.effects];
    expect(await runOnce(setting, 'b')).toMatchObject({ state: 'rollback-needs-human' });
    expect(failureOf(setting.store.entries)).toMatchObject({ code: 'UPGRADE_ROLLBACK_SHUT' });
    expect(setting.world.effects).toEqual(forward);
  });

  test('ends in the same state after a crash before or after every write', async () => {
    const whole = settingOf();
    whole.world.finalisedBy = 'ada';
    const process = new ProcessModel(whole, 'a');
    await process.engine.run(upgradeId);
    for (let write = 1; write <= process.writes; write += 1) {
      for (const when of ['before', 'after'] as const) {
        const setting = settingOf();
        setting.world.finalisedBy = 'ada';
        await new ProcessModel(setting, 'a', { write, when }).engine.run(upgradeId);
        setting.store.expireLease();
        expect(await new ProcessModel(setting, 'b').engine.run(upgradeId)).toMatchObject({ state: 'succeeded' });
        expect(stateOf(setting.world)).toBe(stateOf(whole.world));
        expect(setting.world.effects).toEqual(whole.world.effects);
      }
    }
  });

  test('is back after a crash before or after every write on the way there', async () => {
    const baked = async (): Promise<ReturnType<typeof settingOf>> => {
      const setting = settingOf();
      await runUntilBaked(setting, 'a', () => byHand(setting, 'pause', 'rollback'));
      return setting;
    };
    const process = new ProcessModel(await baked(), 'b');
    await process.engine.run(upgradeId);
    for (let write = 1; write <= process.writes; write += 1) {
      for (const when of ['before', 'after'] as const) {
        const setting = await baked();
        await new ProcessModel(setting, 'b', { write, when }).engine.run(upgradeId);
        setting.store.expireLease();
        expect(await new ProcessModel(setting, 'c').engine.run(upgradeId)).toMatchObject({ state: 'rolled-back' });
        expect(stateOf(setting.world)).toBe(setting.before);
        expect(setting.world.effects.slice(4)).toEqual([backAgain, 'unlock']);
      }
    }
  });

  test.each([
    [emulating, 'rolled-back'],
    [native, 'needs-human'],
  ])('a failure of “%s” leads by itself to %s where rolling back was approved', async (effect, state) => {
    const setting = newSetting({ ...reversibleUpgrade(), onFailure: 'roll-back' });
    runBeforeReversible(setting.world);
    setting.world.finalisedBy = 'ada';
    const outcome = await runOnce(setting, 'a', null, {
      effect: (name) => {
        if (name === effect) throw new SealiftError('INPUT_INVALID', { values: { what: 'x', reason: 'lasts' } });
      },
    });
    expect(outcome).toMatchObject({ state });
  });

  test('waits for a person for as long as it takes', async () => {
    const setting = settingOf();
    let looks = 0;
    Object.defineProperty(setting.world, 'finalisedBy', {
      get: () => {
        looks += 1;
        if (looks > 8) return 'ada';
        setting.clock.advance(700);
        return null;
      },
    });
    const timing = { ...quickTiming, deadlineMs: 1000 };
    expect(await runOnce(setting, 'a', null, { timing })).toMatchObject({ state: 'succeeded' });
  });
});
