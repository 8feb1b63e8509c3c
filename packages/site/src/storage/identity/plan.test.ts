import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withClusterId } from './driver-config.ts';
import { examine } from './examine.ts';
import { planRepair, type RepairStep } from './plan.ts';
import { type CnsState, type DriverConfig, podAnnotation } from './state.ts';
import type { CnsVolume } from '@sealift/vsphere/cns-volumes';

const former = 'spectro-mgmt/spectro-mgmt-cluster';
const made = '7c1d2f00-0000-4000-8000-000000000001/spectro-mgmt-cluster';

/** What a step does, on the state as data. */
function apply(state: CnsState, step: RepairStep, target: string): CnsState {
  switch (step.kind) {
    case 'record':
      return { ...state, record: { clusterId: target, previous: step.previous } };
    case 'cloud-config':
      return { ...state, cloudConfig: configWith(step.config, target) };
    case 'driver-config':
      return { ...state, driverConfig: configWith(step.config, target) };
    case 'restart': {
      const now = { annotations: new Map([[podAnnotation, target]]), settled: true };
      const workloads = state.workloads.map((one) => (one.at.name === step.workload.name ? { ...one, now } : one));
      return { ...state, workloads };
    }
    case 'volume': {
      const clusterIds = [...step.volume.clusterIds.filter((id) => !step.from.includes(id) && id !== target), target];
      const volumes = state.volumes.map((one) => (one.id === step.volume.id ? { ...one, clusterIds } : one));
      return { ...state, volumes };
    }
  }
}

function configWith(config: DriverConfig, clusterId: string): DriverConfig {
  return { ...config, clusterId, text: withClusterId(config.text, clusterId, 'x') };
}

function config(name: string, clusterId: string | undefined): DriverConfig {
  const text = clusterId === undefined ? '[Global]\n' : `[Global]\ncluster-id = "${clusterId}"\n`;
  return { at: { namespace: 'kube-system', name }, key: 'k', text, clusterId, resourceVersion: '1', immutable: false };
}

function volume(id: string, clusterIds: readonly string[], claimed = true): CnsVolume {
  const source = { name: 'x', namespace: '', type: undefined, attributes: new Map(), text: '', children: [] };
  const entity = { type: 'PERSISTENT_VOLUME', name: id, namespace: undefined, clusterId: clusterIds[0], source };
  return { id, name: id, clusterIds, clusters: [], entities: claimed ? [entity] : [] };
}

function workload(name: string, startedWith: string | undefined): CnsState['workloads'][number] {
  const annotations = new Map(startedWith === undefined ? [] : [[podAnnotation, startedWith]]);
  return { at: { kind: 'Deployment', namespace: 'kube-system', name }, now: { annotations, settled: true } };
}

const installed: CnsState = {
  cloudConfig: config('vsphere-cloud-config', former),
  driverConfig: config('vsphere-config-secret', former),
  generated: undefined,
  record: undefined,
  workloads: [workload('controller', undefined), workload('node', undefined)],
  persistentVolumes: ['own-1', 'own-2'].map((volumeHandle) => ({ name: volumeHandle, volumeHandle, claim: undefined })),
  volumes: [volume('own-1', [former]), volume('own-2', [former, 'third']), volume('other', [former])],
};

/** Every state that a repair passes, to its end. */
function run(state: CnsState, target = made): readonly CnsState[] {
  const passed = [state];
  for (let at = state; passed.length < 50; ) {
    const [step] = planRepair(at).steps;
    if (step === undefined) return passed;
    at = apply(at, step, planRepair(at).target ?? target);
    passed.push(at);
  }
  throw new Error('it does not end');
}

describe('a repair', () => {
  it('keeps the id, then changes the cluster, then the volumes', () => {
    const steps = planRepair(installed).steps.map(({ kind }) => kind);
    expect(steps).toEqual(['record', 'cloud-config', 'driver-config', 'restart', 'restart', 'volume', 'volume']);
  });

  it('ends with the cluster under an id of its own, and everybody else as they were', () => {
    const end = run(installed).at(-1);
    expect(end?.volumes.map(({ clusterIds }) => clusterIds)).toEqual([[made], ['third', made], [former]]);
    expect(end === undefined ? undefined : examine(end).verdict).toBe('unique');
  });

  it('moves no volume before the driver has been started with the new id', () => {
    for (const state of run(installed)) {
      const isMoved = state.volumes.some(({ clusterIds }) => clusterIds.includes(made));
      const isStarted = state.workloads.every(({ now }) => now.annotations.get(podAnnotation) === made);
      expect(isMoved && !isStarted).toBe(false);
    }
  });

  it('waits again for a driver that is still being replaced, before volumes are moved', () => {
    const states = run(installed);
    const restarted = states[5] ?? installed;
    const unsettled = restarted.workloads.map((one) => ({ ...one, now: { ...one.now, settled: false } }));
    expect(planRepair(restarted).steps[0]?.kind).toBe('volume');
    expect(planRepair({ ...restarted, workloads: unsettled }).steps[0]?.kind).toBe('restart');
  });

  it('comes to the same end from everywhere, whatever was put back in between', () => {
    const states = run(installed);
    const end = states.at(-1) ?? installed;
    const reset = (state: CnsState, what: number): CnsState =>
      [
        state,
        { ...state, driverConfig: installed.driverConfig },
        { ...state, cloudConfig: installed.cloudConfig },
        { ...state, workloads: installed.workloads },
        { ...state, volumes: installed.volumes },
      ][what] ?? state;
    fc.assert(
      fc.property(fc.nat(states.length - 1), fc.array(fc.nat(4), { maxLength: 4 }), (at, resets) => {
        const state = resets.reduce(reset, states[at] ?? installed);
        expect(run(state).at(-1)).toEqual(end);
      }),
    );
  });

  it('does nothing to an id that is unique already', () => {
    const unique: CnsState = {
      ...installed,
      cloudConfig: config('vsphere-cloud-config', made),
      driverConfig: config('vsphere-config-secret', made),
      volumes: [volume('own-1', [made]), volume('other', [former])],
    };
    expect(planRepair(unique).steps).toEqual([]);
  });

  it('leaves a name that a person chose, which nobody else has', () => {
    const named: CnsState = {
      ...installed,
      cloudConfig: undefined,
      driverConfig: config('vsphere-config-secret', 'prod-cluster-7'),
      volumes: [volume('own-1', ['prod-cluster-7'])],
    };
    expect(examine(named)).toMatchObject({ verdict: 'unique', plan: { target: 'prod-cluster-7', steps: [] } });
  });

  it.each(['prod-cluster-7', made])('gives a new id where volumes of another cluster have %s too', (id) => {
    const target = '7c1d2f00-0000-4000-8000-00000000000a/x';
    const shared: CnsState = {
      ...installed,
      cloudConfig: config('vsphere-cloud-config', id),
      driverConfig: config('vsphere-config-secret', id),
      volumes: [volume('own-1', [id]), volume('other', [id])],
    };
    const end = run(shared, target).at(-1);
    expect(end?.volumes.map(({ clusterIds }) => clusterIds)).toEqual([[target], [id]]);
    expect(end?.driverConfig.clusterId).toBe(target);
    expect(end === undefined ? undefined : examine(end).verdict).toBe('unique');
  });

  it('chooses again where the id that it chose turns out to be shared, as in a copy of a cluster', () => {
    const target = '7c1d2f00-0000-4000-8000-00000000000a/x';
    const end = run(installed).at(-1) ?? installed;
    const copied = { ...end, volumes: [...end.volumes, volume('of the original', [made])] };
    const repaired = run(copied, target).at(-1);
    expect(repaired?.record).toEqual({ clusterId: target, previous: [former, made] });
    expect(repaired?.volumes.map(({ clusterIds }) => clusterIds)).toEqual([
      [target],
      ['third', target],
      [former],
      [made],
    ]);
  });

  it('takes the id that the driver generated for itself, and takes the former one from the volumes', () => {
    const clusterId = '7c1d2f00-0000-4000-8000-000000000002';
    const generated = { at: { namespace: 'vmware-system-csi', name: 'vsphere-csi-cluster-id' }, clusterId };
    const state = { ...installed, driverConfig: config('vsphere-config-secret', undefined), generated };
    expect(planRepair(state)).toMatchObject({ target: clusterId, previous: [former] });
    expect(planRepair(state).steps.map(({ kind }) => kind)).toEqual(['cloud-config', 'volume', 'volume']);
  });

  it.each([
    ['a generated id beside a configured one', { generated: { at: { namespace: 'n', name: 'g' }, clusterId: made } }],
    ['a Secret that is immutable', { driverConfig: { ...config('vsphere-config-secret', former), immutable: true } }],
  ])('is refused before its first effect for %s', (_, change) => {
    expect(() => planRepair({ ...installed, ...change })).toThrow(
      expect.objectContaining({ code: 'CNS_ID_IMMUTABLE' }) as never,
    );
  });
});

describe('a check', () => {
  it('tells strangers that somebody claims from those that nobody does', () => {
    const volumes = [volume('own-1', [former]), volume('other', [former]), volume('left', [former], false)];
    const report = examine({ ...installed, volumes });
    expect(report.verdict).toBe('shared');
    expect(report.strangers).toMatchObject([
      { id: 'other', claimedBy: ['PERSISTENT_VOLUME other'] },
      { id: 'left', claimedBy: [] },
    ]);
    expect(report.unknownToVcenter).toEqual([{ name: 'own-2', volumeHandle: 'own-2' }]);
    expect(report.ownVolumes).toBe(1);
  });

  it.each([
    ['a UUID', made, {}],
    ['a name', 'prod-cluster-7', {}],
    ['a UUID that a repair chose', made, { record: { clusterId: made, previous: [former] } }],
  ])('calls %s shared, in the configuration, when another cluster’s volumes carry it too', (_, id, more) => {
    const volumes = [volume('own-1', [id]), volume('other', [id])];
    const state = { ...installed, driverConfig: config('vsphere-config-secret', id), volumes, ...more };
    expect(examine(state)).toMatchObject({ verdict: 'shared', strangers: [{ id: 'other' }] });
  });

  it('calls an id that the driver generated shared, though no repair can change it', () => {
    const generated = { at: { namespace: 'vmware-system-csi', name: 'vsphere-csi-cluster-id' }, clusterId: made };
    const driverConfig = config('vsphere-config-secret', undefined);
    const volumes = [volume('own-1', [made]), volume('other', [made])];
    const state = { ...installed, cloudConfig: undefined, driverConfig, generated, volumes };
    expect(examine(state).verdict).toBe('shared');
    expect(() => planRepair(state)).toThrow(expect.objectContaining({ code: 'CNS_ID_IMMUTABLE' }) as never);
  });

  it('takes a volume that nobody claims for no sign of another cluster', () => {
    const volumes = [volume('own-1', [made]), volume('left', [made], false)];
    const configs = { cloudConfig: undefined, driverConfig: config('vsphere-config-secret', made) };
    expect(examine({ ...installed, ...configs, volumes }).verdict).toBe('unique');
  });

  it('says that an id is everybody’s, though nobody else was found with it', () => {
    const volumes = installed.volumes.filter(({ id }) => id !== 'other');
    expect(examine({ ...installed, volumes }).verdict).toBe('default');
  });

  it('lists volumes of the cluster under ids that it never had', () => {
    const volumes = [volume('own-1', ['elsewhere'])];
    expect(examine({ ...installed, volumes }).underOtherIds).toEqual([{ id: 'own-1', clusterIds: ['elsewhere'] }]);
  });

  it('says that a repair is not finished', () => {
    expect(examine(run(installed)[3] ?? installed).verdict).toBe('unfinished');
  });
});

it('a repair of which one step is left is unfinished, whichever it is', () => {
  const passed = run(installed);
  const nearlyDone = passed.filter((state) => planRepair(state).steps.length === 1);
  expect(nearlyDone.length).toBeGreaterThan(0);
  for (const state of nearlyDone) expect(examine(state).verdict).not.toBe('unique');
  const [end] = passed.slice(-1);
  expect(end === undefined ? undefined : examine(end).verdict).toBe('unique');
});
