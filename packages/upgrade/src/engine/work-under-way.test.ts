import { waitingFor } from '@sealift/core/upgrade';
import { SealiftError } from '@sealift/core/errors';
import { describe, expect, test } from 'vitest';
import type { LayerWork } from '../ports/cluster.ts';
import type { Ports } from '../ports/ports.ts';
import { newSetting, type Setting, upgradeId } from '../testing/setting.ts';
import { quickTiming } from '../testing/process-model.ts';
import { Engine } from './engine.ts';

/** Applies a layer as a real cluster does: the call begins and returns, the work goes on. */
class SlowLayer {
  calls = 0;
  work: LayerWork | undefined;
  cancelled = false;
  failure: SealiftError | undefined;
  looks = 0;
  /** Called with each look while the work goes on. */
  onLook: (looks: number) => void = () => undefined;
  /** As a program that takes its time to end. */
  workEnded: () => Promise<void> = () => Promise.resolve();
  #done: () => Promise<void> = () => Promise.resolve();

  ports({ cluster, ...others }: Ports): Ports {
    return {
      ...others,
      cluster: {
        ...cluster,
        workEnded: () => this.workEnded(),
        layers: async (cancel) => {
          if (this.work !== undefined) this.onLook((this.looks += 1));
          const all = await cluster.layers(cancel);
          const { work: underway } = this;
          if (underway === undefined) return all;
          const busy = { layer: 'cni', pack: 'cni-calico', version: '', digest: '', valuesHash: '' } as const;
          const wait = waitingFor('cni-calico: the release waits for its hook');
          return [...all.filter(({ pack }) => pack !== 'cni-calico'), { ...busy, wait, underway }];
        },
        applyLayer: async (layer, cancel) => {
          if (layer.pack !== 'cni-calico') return await cluster.applyLayer(layer, cancel);
          this.calls += 1;
          const { failure } = this;
          this.failure = undefined;
          if (failure !== undefined) throw failure;
          const { version, digest, valuesHash } = layer;
          this.work = { doing: 'apply', version, digest, valuesHash };
          this.#done = () => cluster.applyLayer(layer, cancel);
          const end = (): void => {
            if (this.work === undefined) return;
            this.cancelled = true;
            this.work = undefined;
          };
          cancel.addEventListener('abort', end, { once: true });
          return undefined;
        },
      },
    };
  }

  async end(failure?: SealiftError): Promise<void> {
    this.failure = failure;
    if (failure === undefined) await this.#done();
    this.work = undefined;
  }
}

function engineOf({ store, world, clock }: Setting, slow: SlowLayer): Engine {
  const ports = slow.ports(
    world.ports(
      () => Promise.resolve(),
      () => undefined,
    ),
  );
  return new Engine({ journal: store.journal, lease: store.lease, ports, holder: 'one', clock, timing: quickTiming });
}

describe('work that goes on after a step has begun it', () => {
  test('is waited for and shown, and begun once', async () => {
    const setting = newSetting();
    const slow = new SlowLayer();
    slow.onLook = (looks) => {
      if (looks === 5) void slow.end();
    };
    await engineOf(setting, slow).run(upgradeId);
    expect(setting.store.state(upgradeId)).toBe('succeeded');
    expect([slow.calls, slow.cancelled]).toEqual([1, false]);
    const lines = await setting.store.journal.read(upgradeId);
    expect(lines).toContainEqual(
      expect.objectContaining({
        phase: 'progress',
        data: expect.objectContaining({
          wait: expect.objectContaining({ what: 'cni-calico: the release waits for its hook' }),
        }),
      }),
    );
  });

  test('ends before a pause takes hold, and nothing else is begun', async () => {
    const setting = newSetting();
    const slow = new SlowLayer();
    slow.onLook = (looks) => {
      if (looks === 2) setting.store.byHand(upgradeId, 'pause');
      if (looks === 6) void slow.end();
    };
    const outcome = await engineOf(setting, slow).run(upgradeId);
    expect(outcome).toMatchObject({ result: 'stopped', reason: 'paused' });
    expect([slow.looks >= 6, slow.cancelled]).toEqual([true, false]);
    expect(setting.world.effects).not.toContain('apply platform 4.2.13');
    setting.store.byHand(upgradeId, 'resume');
    await engineOf(setting, slow).run(upgradeId);
    expect(setting.store.state(upgradeId)).toBe('succeeded');
    expect(slow.calls).toBe(1);
  });

  test('that has gone without an end is not begun again while it is paused', async () => {
    const setting = newSetting();
    const slow = new SlowLayer();
    slow.onLook = (looks) => {
      if (looks === 2) setting.store.byHand(upgradeId, 'pause');
      if (looks === 4) slow.work = undefined;
    };
    const outcome = await engineOf(setting, slow).run(upgradeId);
    expect(outcome).toMatchObject({ result: 'stopped', reason: 'paused' });
    expect(slow.calls).toBe(1);
    // The end of the run is no failure that is tried again.
    const lines = setting.store.entries.map(({ data }) => JSON.stringify(data));
    expect(lines.filter((line) => line.includes('trying again'))).toEqual([]);
  });

  test('is ended by an abort, before the lease is given back', async () => {
    const setting = newSetting();
    const slow = new SlowLayer();
    slow.onLook = (looks) => {
      if (looks === 2) setting.store.byHand(upgradeId, 'abort');
    };
    await engineOf(setting, slow).run(upgradeId);
    expect(setting.store.state(upgradeId)).toBe('aborted');
    expect([slow.calls, slow.looks, slow.cancelled]).toEqual([1, 2, true]);
  });

  test('keeps the lease until it has ended, for a bounded time, and also where nobody can tell', async () => {
    const abortedWith = async (workEnded: (setting: Setting) => Promise<void>): Promise<boolean> => {
      const setting = newSetting();
      const slow = new SlowLayer();
      slow.onLook = (looks) => {
        if (looks === 2) setting.store.byHand(upgradeId, 'abort');
      };
      slow.workEnded = () => workEnded(setting);
      await engineOf(setting, slow).run(upgradeId);
      expect(setting.store.state(upgradeId)).toBe('aborted');
      return (await setting.store.lease.acquire('two', 1000)) !== null;
    };
    let seen: unknown;
    const held = async ({ store }: Setting): Promise<void> => {
      seen = await store.lease.acquire('two', 1000);
    };
    expect(await abortedWith(held)).toBe(true);
    expect(seen).toBeNull();
    const hangs = ({ clock }: Setting): Promise<void> => {
      // When whoever asks has begun to wait.
      setImmediate(() => clock.advance(quickTiming.endMostMs));
      return new Promise(() => undefined);
    };
    expect(await abortedWith(hangs)).toBe(true);
    expect(await abortedWith(() => Promise.reject(new Error('the site is away')))).toBe(true);
  });

  test('is ended with the engine', async () => {
    const setting = newSetting();
    const slow = new SlowLayer();
    const engine = engineOf(setting, slow);
    slow.onLook = (looks) => {
      if (looks === 3) void engine.close();
    };
    expect(await engine.run(upgradeId)).toMatchObject({ result: 'stopped', reason: 'cancelled' });
    expect(slow.cancelled).toBe(true);
  });

  test('fails its step with its own reason', async () => {
    const setting = newSetting();
    const slow = new SlowLayer();
    const values = { verb: 'upgrade', release: 'default/calico', reason: 'its hook failed' };
    slow.onLook = (looks) => {
      if (looks === 3) void slow.end(new SealiftError('HELM_FAILED', { values }));
    };
    await engineOf(setting, slow).run(upgradeId);
    expect(setting.store.state(upgradeId)).toBe('needs-human');
    const lines = await setting.store.journal.read(upgradeId);
    expect(lines).toContainEqual(
      expect.objectContaining({
        phase: 'failure',
        data: expect.objectContaining({ failure: expect.objectContaining({ code: 'HELM_FAILED' }) }),
      }),
    );
  });
});
