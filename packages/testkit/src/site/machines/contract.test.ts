import { describe, expect, it } from 'vitest';
import { type Contract, machineStatus } from './contract.ts';

const message = 'unable to find template by name "/DC0/vm/a": vm \'/DC0/vm/a\' not found';
const failed = { at: 'failed', message } as const;
const v1beta1: Contract = { name: 'v1beta1', api: '/apis/infrastructure.cluster.x-k8s.io/v1beta1' };
const v1beta2: Contract = { name: 'v1beta2', api: '/apis/infrastructure.cluster.x-k8s.io/v1beta2' };

describe('the status of a machine', () => {
  it('tells a failed clone in the fields and words of each contract', () => {
    expect(machineStatus(v1beta1, failed)).toMatchObject({
      ready: false,
      conditions: [
        { type: 'Ready', status: 'False', reason: 'CloningFailed', severity: 'Warning', message },
        { type: 'VMProvisioned', status: 'False', reason: 'CloningFailed', severity: 'Warning', message },
      ],
    });
    const status = machineStatus(v1beta2, failed);
    expect(status).not.toHaveProperty('initialization');
    expect(status).toMatchObject({
      conditions: [
        { type: 'Ready', status: 'False', reason: 'NotReady', message: `* VirtualMachineProvisioned: ${message}` },
        { type: 'VirtualMachineProvisioned', status: 'False', reason: 'NotProvisioned', message },
      ],
    });
  });

  it('is written when it changes, and keeps the time of what did not', () => {
    const past = '2026-01-01T00:00:00Z';
    for (const contract of [v1beta1, v1beta2]) {
      const before = machineStatus(contract, { at: 'waiting', for: 'BootstrapData' });
      const old = {
        ...before,
        conditions: (before?.conditions ?? []).map((one) => ({ ...one, lastTransitionTime: past })),
      };
      expect(machineStatus(contract, { at: 'waiting', for: 'BootstrapData' }, old)).toBeUndefined();
      expect(machineStatus(contract, failed, old)?.conditions?.map((one) => one.lastTransitionTime)).toEqual([
        past,
        past,
      ]);
      const provisioned = machineStatus(contract, { at: 'provisioned' }, old);
      expect(provisioned?.conditions?.map(({ status }) => status)).toEqual(['True', 'True']);
      expect(provisioned?.conditions?.map((one) => one.lastTransitionTime)).not.toContain(past);
      expect(machineStatus(contract, { at: 'provisioned' }, provisioned)).toBeUndefined();
    }
  });
});
