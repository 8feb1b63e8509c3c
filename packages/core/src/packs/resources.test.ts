import { describe, expect, it } from 'vitest';
import { packSchema } from '../pack/pack-json.ts';
import { type PackWithValues, roomNeeded, roomOf } from './resources.ts';

const pack = (resources: readonly object[], values = ''): PackWithValues => ({
  pack: packSchema.parse({
    name: 'shop',
    version: '1',
    displayName: 'Shop',
    layer: 'addon',
    constraints: { resources },
  }),
  values,
});
const amounts = (one: PackWithValues) => roomOf(one).map(({ type, on, amount }) => [type, on, amount]);

describe('the room that packs ask for', () => {
  it('is what they declare, in cores and bytes', () => {
    const declared = [
      { type: 'cpu', minLimit: 500 },
      { type: 'memory', minLimit: 256 },
      { type: 'diskSize', minLimit: 10 },
    ];
    expect(amounts(pack(declared))).toEqual([
      ['cpu', 'any', 0.5],
      ['memory', 'any', 256 * 2 ** 20],
      ['diskSize', 'any', 10e9],
    ]);
    expect(amounts(pack([]))).toEqual([]);
  });

  it('is what the values ask for where that is more, on the nodes of each component', () => {
    const components = [
      {
        scheduleType: 'worker',
        resourceRequestParamRef: 'charts.shop.resources.requests.cpu',
        replicaCountParamRef: 'charts.shop.replicas',
      },
      { scheduleType: 'control-plane', resourceRequestParamRef: 'charts.shop.agent.cpu' },
      { scheduleType: 'all', resourceRequestParamRef: 'charts.shop.unset' },
    ];
    const values = (cpu: string) =>
      `charts:\n  shop:\n    replicas: 3\n    name: {{ .spectro.var.name }}\n    resources: { requests: { cpu: ${cpu} } }\n    agent: { cpu: 100m }\n`;
    const of = (cpu: string) => amounts(pack([{ type: 'cpu', minLimit: 1000, components }], values(cpu)));
    expect(of('2')).toEqual([
      ['cpu', 'worker', 6],
      ['cpu', 'control-plane', 0.1],
    ]);
    // What is missing up to the least is asked of any node.
    expect(of('100m').map(([, on, amount]) => [on, Math.round(Number(amount) * 10) / 10])).toEqual([
      ['worker', 0.3],
      ['control-plane', 0.1],
      ['any', 0.6],
    ]);
    expect(of('-5')[1]).toEqual(['cpu', 'any', 0.9]);
    expect(amounts(pack([{ type: 'cpu', minLimit: 1000, components }], 'a: [ '))).toEqual([['cpu', 'any', 1]]);
  });

  it('is found where a name of the path has dots, and never in what objects have by themselves', () => {
    const at = (resourceRequestParamRef: string) => [
      { type: 'memory', minLimit: 0, components: [{ scheduleType: 'all', resourceRequestParamRef }] },
    ];
    expect(amounts(pack(at('a.b.c/d.memory'), 'a:\n  b.c/d:\n    memory: 1Mi\n'))).toEqual([
      ['memory', 'any', 2 ** 20],
    ]);
    expect(amounts(pack(at('constructor.length'), 'a: 1\n'))).toEqual([]);
  });

  it('counts what is more than now alone', () => {
    const [now, next] = [pack([{ type: 'cpu', minLimit: 500 }]), pack([{ type: 'cpu', minLimit: 800 }])];
    expect(roomNeeded(next, undefined)).toMatchObject([{ amount: 0.8 }]);
    expect(roomNeeded(next, now)[0]?.amount).toBeCloseTo(0.3);
    expect(roomNeeded(next, next)).toEqual([]);
    expect(roomNeeded(now, next)).toEqual([]);
  });
});
