import { describe, expect, it } from 'vitest';
import { AdaptiveGate } from './adaptive-gate.ts';

async function runMany(gate: AdaptiveGate, count: number): Promise<number> {
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  await Promise.all(Array.from({ length: count }, () => gate.run(work)));
  return most;
}

describe('the number of requests at a time', () => {
  it('grows while all goes well, up to the most allowed', async () => {
    const gate = new AdaptiveGate(10);
    expect(gate.limit).toBe(4);
    expect(await runMany(gate, 300)).toBe(10);
    expect(gate.limit).toBe(10);
  });

  it('halves with each failure, never below one', async () => {
    const gate = new AdaptiveGate(10);
    await runMany(gate, 300);
    gate.slowDown();
    expect(gate.limit).toBe(5);
    for (let i = 0; i < 5; i += 1) gate.slowDown();
    expect(gate.limit).toBe(1);
    expect(await runMany(gate, 1)).toBe(1);
  });

  it('lets the next one in when one fails', async () => {
    const gate = new AdaptiveGate(1);
    const failed = gate.run(() => Promise.reject(new Error('no')));
    const next = gate.run(() => Promise.resolve('yes'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });
});
